/** One bucket, and the network between it and each process. */
import type { Random } from "../../src/base/random.ts";
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
  Version,
} from "../../src/store/object_store.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { readBytes } from "../../src/store/read_all.ts";
import { StoreError } from "../../src/store/store_error.ts";
import { PROCESSING } from "../../src/queue/layout.ts";
import type { Fate, Faults } from "./sim_faults.ts";
import type { SimProcess } from "./sim_process.ts";
import type { SimTime } from "./sim_time.ts";

/** What stands at a key; bytes as text, since all that is small here is JSON. */
export type Kept = { text: string; version: Version };

/** A write that took effect. `sentBy` is what the sender noted about itself when it sent it. */
export type Applied<Note> = {
  kind: "put" | "delete";
  key: string;
  before: Kept | null;
  after: Kept | null;
  by: string;
  note: Note;
};

/** The bucket, with a copy of its objects that can be looked at without waiting. */
export class SimBucket<Note> {
  readonly store: MemoryStore;
  readonly objects = new Map<string, Kept>();
  applied = 0;

  constructor(readonly time: SimTime, private readonly onApplied: (write: Applied<Note>) => void) {
    const clock = { now: () => time.now, monotonic: () => time.now, sleep: unneeded };
    this.store = new MemoryStore({ clock, resolutionMs: 1000 });
  }

  async put(
    key: string,
    bytes: Uint8Array,
    when: Precondition,
    options: PutOptions,
    from: { by: string; note: Note },
  ): Promise<PutResult> {
    const before = this.objects.get(key) ?? null;
    const result = await this.store.put(key, bytes, when, options);
    if (result.kind !== "written") return result;
    const after = { text: new TextDecoder().decode(bytes), version: result.version };
    this.objects.set(key, after);
    this.applied++;
    this.onApplied({ kind: "put", key, before, after, ...from });
    return result;
  }

  async delete(
    key: string,
    limits: Limits,
    from: { by: string; note: Note },
  ): Promise<DeleteResult> {
    const before = this.objects.get(key) ?? null;
    const result = await this.store.delete(key, limits);
    if (result.kind !== "deleted") return result;
    this.objects.delete(key);
    this.applied++;
    this.onApplied({ kind: "delete", key, before, after: null, ...from });
    return result;
  }
}

const TIMEOUT_MS = 5_000;

/** What a process sees of the bucket. */
export class SimClient<Note> implements ObjectStore {
  readonly url = "memory:sim";
  #date: { at: number; monotonic: number } | null = null;

  constructor(
    private readonly bucket: SimBucket<Note>,
    private readonly process: SimProcess,
    private readonly faults: Faults,
    private readonly random: Random,
    private readonly onRequest: (request: { kind: string; key: string; fate: Fate }) => void,
    /** Called when a write is issued: what the checker wants to know of the sender at that moment. */
    private readonly noteFor: (key: string, body: Uint8Array | null, when: Precondition) => Note,
  ) {}

  time(): StoreTime | null {
    if (this.#date === null) return null;
    return this.#date.at + (this.process.clock.monotonic() - this.#date.monotonic) as StoreTime;
  }

  head(key: string): Promise<Stat | null> {
    return this.#send("read", key, () => this.bucket.store.head(key), null);
  }

  get(key: string, options: { range?: ByteRange } = {}): Promise<StoredObject | null> {
    return this.#send("read", key, () => this.bucket.store.get(key, options), null);
  }

  async put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options: PutOptions = {},
  ): Promise<PutResult> {
    const { signal, ...rest } = options;
    signal?.throwIfAborted();
    const bytes = body instanceof Uint8Array ? body : await readBytes(body.open());
    const from = { by: this.process.name, note: this.noteFor(key, bytes, when) };
    const apply = () => this.bucket.put(key, bytes, when, rest, from);
    return await this.#send<PutResult>("put", key, apply, { kind: "unclear" });
  }

  delete(key: string, options: Limits = {}): Promise<DeleteResult> {
    const from = { by: this.process.name, note: this.noteFor(key, null, { kind: "none" }) };
    const { signal: _, ...rest } = options;
    const apply = () => this.bucket.delete(key, rest, from);
    return this.#send<DeleteResult>("delete", key, apply, { kind: "unclear" });
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<Page> {
    const { signal: _, ...rest } = options;
    const pages = await this.#send("read", prefix, async () => {
      const all: Page[] = [];
      for await (const page of this.bucket.store.list(prefix, rest)) all.push(page);
      return all;
    }, null);
    yield* pages;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** `unclear`: what the sender gets when no answer comes; null: a fault, as for reads. */
  #send<R>(
    kind: "read" | "put" | "delete",
    key: string,
    apply: () => Promise<R>,
    unclear: R | null,
  ): Promise<R> {
    const { process, faults, bucket: { time } } = this;
    // Nobody repeats a DELETE of a lease, so no copy of one is ever made (DESIGN, rule 4).
    const isRelease = kind === "delete" && key.startsWith(PROCESSING);
    return new Promise((resolve, reject) => {
      if (process.isDead) return;
      const plan = faults.plan({ kind, key }, !isRelease);
      this.onRequest({ kind, key, fate: plan.fate });
      const fail = () =>
        process.deliver(() => unclear === null ? reject(unreachable(key)) : resolve(unclear));
      const applyAndAnswer = async () => {
        const date = Math.floor(time.now / 1000) * 1000;
        const result = await apply();
        if (plan.fate !== "clear") return;
        time.after(plan.replyMs, () =>
          process.deliver(() => {
            this.#date = { at: date, monotonic: process.clock.monotonic() };
            resolve(result);
          }));
      };
      if (plan.pauseMs > 0) process.pause(plan.pauseMs);
      if (plan.crash === "before") return process.crash();
      process.deliver(() => {
        const isOnTime = plan.fate !== "dropped" && plan.fate !== "late";
        if (isOnTime) time.after(plan.wireMs, () => void applyAndAnswer());
        if (plan.fate === "late" || plan.fate === "doubled") {
          time.after(plan.wireMs + plan.lateMs, () => void apply());
        }
        if (plan.fate !== "clear") time.after(this.random.int(TIMEOUT_MS), fail);
        if (plan.crash === "after") process.crash();
      });
    });
  }
}

function unreachable(key: string): StoreError {
  return new StoreError("unreachable", `Cannot reach ${key}: no answer came`);
}

function unneeded(): Promise<void> {
  throw new Error("the bucket never sleeps");
}
