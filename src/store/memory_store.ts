import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { checkKey, checkMetadata, lowerBound } from "./keys.ts";
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
} from "./object_store.ts";
import { pageSizeOf } from "./paging.ts";
import { verifiedBytes } from "./verified_body.ts";

export type MemoryStoreOptions = {
  /** The store's own clock: expiry, `writtenAt` and `at` are read from its `now()`. */
  clock: Clock;
  url?: string;
  /** Rounds `writtenAt` and `at` down to this, as S3 servers do with 1000. Default 1. */
  resolutionMs?: number;
};

/**
 * The reference backend: everything is lost with the process. A version is a
 * hash of the content, as S3's ETag is: equal bodies have equal versions, so a
 * caller that relies on "every write gets a new version" fails here too.
 */
export class MemoryStore implements ObjectStore {
  readonly url: string;
  readonly #clock: Clock;
  readonly #resolutionMs: number;
  readonly #objects = new Map<string, Kept>();
  readonly #keys: string[] = [];

  constructor(options: MemoryStoreOptions) {
    this.url = options.url ?? "memory:";
    this.#clock = options.clock;
    this.#resolutionMs = options.resolutionMs ?? 1;
  }

  time(): StoreTime {
    return this.#rounded(this.#clock.now());
  }

  async head(key: string, signal?: AbortSignal): Promise<Stat | null> {
    await arrive(key, signal);
    const kept = this.#objects.get(key);
    return kept ? statOf(kept) : null;
  }

  async get(
    key: string,
    options: { signal?: AbortSignal; range?: ByteRange } = {},
  ): Promise<StoredObject | null> {
    await arrive(key, options.signal);
    const kept = this.#objects.get(key);
    if (!kept) return null;
    const { first = 0, last } = options.range ?? {};
    const bytes = kept.bytes.slice(first, last === undefined ? undefined : last + 1);
    return { ...statOf(kept), body: ReadableStream.from(bytes.length > 0 ? [bytes] : []) };
  }

  async put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options: PutOptions = {},
  ): Promise<PutResult> {
    const metadata = { ...options.metadata };
    checkMetadata(key, metadata);
    await arrive(key, options.signal);
    const bytes = await verifiedBytes(key, body, options.signal);
    options.signal?.throwIfAborted();
    // From here on nothing waits: the check and the write are one step.
    if (this.#isPast(options.notAfter)) return { kind: "expired" };
    const before = this.#objects.get(key);
    if (!holds(when, before)) return { kind: "conflict" };
    const now = this.#clock.now();
    const writtenAt = this.#rounded(before ? Math.max(now, before.writtenAt) : now);
    const version = `"${createHash("md5").update(bytes).digest("hex")}"` as Version;
    if (!before) this.#keys.splice(lowerBound(this.#keys, key), 0, key);
    this.#objects.set(key, { bytes, metadata, version, writtenAt });
    return { kind: "written", version };
  }

  async delete(key: string, options: Limits = {}): Promise<DeleteResult> {
    await arrive(key, options.signal);
    if (this.#isPast(options.notAfter)) return { kind: "expired" };
    if (this.#objects.delete(key)) this.#keys.splice(lowerBound(this.#keys, key), 1);
    return { kind: "deleted" };
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<Page> {
    const pageSize = pageSizeOf(options);
    let after = options.startAfter ?? "";
    while (true) {
      await arrive(null, options.signal);
      const keys = this.#keysAfter(prefix, after, pageSize + 1);
      const more = keys.length > pageSize;
      const objects = keys.slice(0, pageSize).map((key) => {
        const { version, bytes, writtenAt } = this.#objects.get(key)!;
        return { key, version, size: bytes.length, writtenAt };
      });
      yield { at: this.time(), objects };
      if (!more) return;
      after = keys[pageSize - 1]!;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #keysAfter(prefix: string, after: string, count: number): string[] {
    const from = Math.max(lowerBound(this.#keys, prefix), lowerBound(this.#keys, after));
    const start = this.#keys[from] === after ? from + 1 : from;
    const found: string[] = [];
    for (let at = start; at < this.#keys.length && found.length < count; at++) {
      const key = this.#keys[at]!;
      if (!key.startsWith(prefix)) break;
      found.push(key);
    }
    return found;
  }

  #isPast(notAfter: StoreTime | undefined): boolean {
    return notAfter !== undefined && this.#clock.now() > notAfter;
  }

  #rounded(ms: number): StoreTime {
    return (Math.floor(ms / this.#resolutionMs) * this.#resolutionMs) as StoreTime;
  }
}

type Kept = {
  bytes: Uint8Array;
  metadata: Record<string, string>;
  version: Version;
  writtenAt: StoreTime;
};

/** Lets other callers run, as a request over a network would, before the effect. */
async function arrive(key: string | null, signal?: AbortSignal): Promise<void> {
  if (key !== null) checkKey(key);
  signal?.throwIfAborted();
  await Promise.resolve();
  signal?.throwIfAborted();
}

function statOf({ version, bytes, writtenAt, metadata }: Kept): Stat {
  return { version, size: bytes.length, writtenAt, metadata: { ...metadata } };
}

function holds(when: Precondition, kept: Kept | undefined): boolean {
  switch (when.kind) {
    case "none":
      return true;
    case "absent":
      return kept === undefined;
    case "unchanged":
      return kept?.version === when.since;
  }
}
