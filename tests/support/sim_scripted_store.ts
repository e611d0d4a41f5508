import type {
  Body,
  ByteRange,
  DeleteResult,
  Limits,
  ListOptions,
  ObjectStore,
  Page,
  Precondition,
  PutOptions,
  PutResult,
  Stat,
  StoredObject,
  StoreTime,
} from "../../src/store/object_store.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { StoreError } from "../../src/store/store_error.ts";
import type { ManualClock } from "./sim_manual_clock.ts";

export type Verb = "head" | "get" | "put" | "delete" | "list";

/**
 * `lost`: applied, the answer is unclear. `dropped`: not applied, unclear.
 * `late`: unclear, applied when the test says so. `doubled`: both of `lost` and
 * `late`. `unreachable`: not applied, and thrown. `before`: something else
 * happens first, then the request goes on.
 */
export type Fate = "lost" | "dropped" | "late" | "doubled" | "unreachable" | {
  before: () => Promise<void> | void;
};

export type Request = { verb: Verb; key: string; when?: Precondition; notAfter?: StoreTime };

/** A memory store whose next answers a test scripts, and that remembers every request. */
export class ScriptedStore implements ObjectStore {
  readonly url = "memory:test";
  readonly inner: MemoryStore;
  readonly requests: Request[] = [];
  readonly #script: { verb: Verb; key: string; fate: Fate }[] = [];
  readonly #late: (() => Promise<PutResult | DeleteResult>)[] = [];

  constructor(clock: ManualClock) {
    this.inner = new MemoryStore({ clock });
  }

  /** What becomes of the next such request (of several for one key: in this order). */
  next(verb: Verb, key: string, ...fates: Fate[]): void {
    for (const fate of fates) this.#script.push({ verb, key, fate });
  }

  /** Late copies arrive now. Their answers, which nobody waits for. */
  async arrive(): Promise<string[]> {
    const kinds: string[] = [];
    for (const apply of this.#late.splice(0)) kinds.push((await apply()).kind);
    return kinds;
  }

  /** The requests since the last call, as `PUT key`. */
  take(): string[] {
    return this.requests.splice(0).map(({ verb, key }) => `${verb.toUpperCase()} ${key}`);
  }

  time(): StoreTime | null {
    return this.inner.time();
  }

  async head(key: string): Promise<Stat | null> {
    await this.#read("head", key);
    return await this.inner.head(key);
  }

  async get(key: string, options: { range?: ByteRange } = {}): Promise<StoredObject | null> {
    await this.#read("get", key);
    return await this.inner.get(key, options);
  }

  put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options: PutOptions = {},
  ): Promise<PutResult> {
    const request = { verb: "put", key, when, notAfter: options.notAfter } as const;
    return this.#write<PutResult>(request, () => this.inner.put(key, body, when, options));
  }

  delete(key: string, options: Limits = {}): Promise<DeleteResult> {
    const request = { verb: "delete", key, notAfter: options.notAfter } as const;
    return this.#write<DeleteResult>(request, () => this.inner.delete(key, options));
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<Page> {
    await this.#read("list", prefix);
    yield* this.inner.list(prefix, options);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  async #read(verb: Verb, key: string): Promise<void> {
    this.requests.push({ verb, key });
    const fate = this.#fate(verb, key);
    if (fate !== null && typeof fate === "object") return await fate.before();
    if (fate !== null) throw unreachable(key);
  }

  async #write<R extends PutResult | DeleteResult>(
    request: Request,
    apply: () => Promise<R>,
  ): Promise<R | { kind: "unclear" }> {
    this.requests.push(request);
    const fate = this.#fate(request.verb, request.key);
    if (fate === "unreachable") throw unreachable(request.key);
    if (typeof fate === "object") await fate?.before();
    if (fate === "late" || fate === "doubled") this.#late.push(apply);
    if (fate === "dropped" || fate === "late") return { kind: "unclear" };
    const result = await apply();
    return fate === "lost" || fate === "doubled" ? { kind: "unclear" } : result;
  }

  #fate(verb: Verb, key: string): Fate | null {
    const at = this.#script.findIndex((one) => one.verb === verb && one.key === key);
    return at < 0 ? null : this.#script.splice(at, 1)[0]!.fate;
  }
}

function unreachable(key: string): StoreError {
  return new StoreError("unreachable", `Cannot reach the store for ${key}`);
}
