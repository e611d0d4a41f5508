/**
 * Broken queues, for the test of the test. Each is a wrapper around the store of
 * one process, so the program's own code has no hooks for them.
 */
import { DEAD, FAILED, PROCESSING, TODO } from "../../src/queue/layout.ts";
import { encodeRecord } from "../../src/queue/records.ts";
import type {
  DeleteResult,
  Limits,
  ListOptions,
  ObjectStore,
  Precondition,
  PutOptions,
  PutResult,
  StoredObject,
  Version,
} from "../../src/store/object_store.ts";
import { readBytes } from "../../src/store/read_all.ts";
import type { Role } from "./checker.ts";

export type Variant = {
  what: string;
  wrap(store: ObjectStore, role: Role): ObjectStore;
  /** Timeout that sweepers go by. */
  judgeStaleAfterMs?: number;
};

const isMarker = (key: string) =>
  key.startsWith(TODO) || key.startsWith(FAILED) || key.startsWith(DEAD);
const isLease = (key: string) => key.startsWith(PROCESSING);

/** Passes everything on; variants override what they break. */
class Wrapped implements ObjectStore {
  constructor(protected readonly inner: ObjectStore) {}
  get url() {
    return this.inner.url;
  }
  time() {
    return this.inner.time();
  }
  head(key: string) {
    return this.inner.head(key);
  }
  get(key: string): Promise<StoredObject | null> {
    return this.inner.get(key);
  }
  put(
    key: string,
    body: Parameters<ObjectStore["put"]>[1],
    when: Precondition,
    options?: PutOptions,
  ): Promise<PutResult> {
    return this.inner.put(key, body, when, options);
  }
  delete(key: string, options?: Limits): Promise<DeleteResult> {
    return this.inner.delete(key, options);
  }
  list(prefix: string, options?: ListOptions) {
    return this.inner.list(prefix, options);
  }
  close() {
    return this.inner.close();
  }
}

type Json = Record<string, unknown>;

/** Changes the JSON of some objects when they are read. */
class Misread extends Wrapped {
  constructor(
    inner: ObjectStore,
    private readonly of: (key: string) => boolean,
    private readonly change: (json: Json) => void,
  ) {
    super(inner);
  }
  override async get(key: string): Promise<StoredObject | null> {
    const stored = await this.inner.get(key);
    if (stored === null || !this.of(key)) return stored;
    const bytes = await readBytes(stored.body);
    if (bytes.length === 0) return { ...stored, body: ReadableStream.from([bytes]) };
    const json = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    this.change(json);
    return { ...stored, body: ReadableStream.from([encodeRecord(json)]) };
  }
}

class WithoutExpiry extends Wrapped {
  override put(...[key, body, when, options]: Parameters<ObjectStore["put"]>) {
    return this.inner.put(key, body, when, { ...options, notAfter: undefined });
  }
  override delete(key: string) {
    return this.inner.delete(key);
  }
}

/** Writes a marker only after the next delete of one. */
class DeleteFirst extends Wrapped {
  #waiting: (() => Promise<unknown>) | null = null;

  override async put(...[key, body, when, options]: Parameters<ObjectStore["put"]>) {
    if (!isMarker(key)) return await this.inner.put(key, body, when, options);
    this.#waiting = () => this.inner.put(key, body, when, options);
    return { kind: "written", version: "unknown" as Version } as const;
  }
  override async delete(key: string, options?: Limits) {
    const flush = this.#waiting;
    this.#waiting = null;
    if (isLease(key)) await flush?.();
    const result = await this.inner.delete(key, options);
    if (!isLease(key)) await flush?.();
    return result;
  }
}

/** Sends an unclear delete again and then takes it for done. */
class Carefree extends Wrapped {
  constructor(inner: ObjectStore, private readonly of: (key: string) => boolean) {
    super(inner);
  }
  override async delete(key: string, options?: Limits) {
    let result = await this.inner.delete(key, options);
    for (let again = 0; this.of(key) && result.kind === "unclear" && again < 3; again++) {
      result = await this.inner.delete(key, options);
    }
    return result;
  }
}

class ForgetsReconvert extends Wrapped {
  override put(...[key, body, when, options]: Parameters<ObjectStore["put"]>) {
    if (!key.startsWith(FAILED)) return this.inner.put(key, body, when, options);
    const { reconvert: _, ...rest } = JSON.parse(new TextDecoder().decode(body as Uint8Array));
    return this.inner.put(key, encodeRecord(rest), when, options);
  }
}

const HASTY_MS = 10_000;

export const VARIANTS: Record<string, Variant> = {
  "plain-deletes": {
    what: "writes and deletes that do not expire",
    wrap: (store) => new WithoutExpiry(store),
  },
  "delete-before-put": {
    what: "the old marker is deleted before the new one is written",
    wrap: (store, role) => role === "ingest" ? store : new DeleteFirst(store),
  },
  "no-attempt-ids": {
    what: "recovery does not look at attempt ids",
    wrap: (store) =>
      new Misread(store, isMarker, (json) => {
        delete json.after;
        delete json.attempt;
      }),
  },
  "no-taint": {
    what: "L is deleted after an unclear delete that was repeated",
    wrap: (store) => new Carefree(store, isMarker),
  },
  "release-twice": {
    what: "an unclear DELETE of L is sent again",
    wrap: (store) => new Carefree(store, isLease),
  },
  "forgets-reconvert": {
    what: "F does not keep reconvert",
    wrap: (store) => new ForgetsReconvert(store),
  },
  "hasty-judge": {
    what: "leases are judged by a shorter timeout than their holders'",
    judgeStaleAfterMs: HASTY_MS,
    wrap: (store, role) =>
      role !== "sweeper" ? store : new Misread(store, isLease, (json) => {
        json.stale_after_ms = HASTY_MS;
      }),
  },
  "guesses-moves": {
    what: "a move that died is recovered as if it had been work",
    wrap: (store, role) =>
      role !== "sweeper" ? store : new Misread(store, isLease, (json) => {
        delete json.move;
      }),
  },
};
