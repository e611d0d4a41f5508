/** One stored revision of an object: S3's ETag. Compare it; never order it. */
export type Version = string & { readonly __brand: "Version" };

/** An instant on the store's own clock, in ms since 1970. Never mixed with a local clock. */
export type StoreTime = number & { readonly __brand: "StoreTime" };

/** What must hold in the bucket for a write to take effect. Always spelled out. */
export type Precondition =
  | { kind: "none" }
  | { kind: "absent" } // If-None-Match: *
  | { kind: "unchanged"; since: Version }; // If-Match: <etag>

/**
 * `notAfter` makes a write expire: the store refuses it after that instant of
 * its own clock, however late it arrives (S3: presigned, DESIGN "expiring
 * writes"). `signal`: the call rejects with the signal's reason; a write that
 * was under way may have been applied.
 */
export type Limits = { notAfter?: StoreTime; signal?: AbortSignal };

/**
 * `conflict`: the precondition did not hold (also: `unchanged` on a missing key).
 * `expired`: refused because `notAfter` has passed; nothing was changed.
 * `unclear`: no definite answer came (time-out, reset, 5xx), so the write may
 * have been applied, or may still be. Only the caller knows what that means.
 */
export type PutResult =
  | { kind: "written"; version: Version }
  | { kind: "conflict" | "expired" | "unclear" };
export type DeleteResult = { kind: "deleted" | "expired" | "unclear" };

/** Bytes that can be sent again: a retry opens the stream afresh. `sha256` is lower-case hex. */
export type Body = { size: number; sha256: string; open(): ReadableStream<Uint8Array> };

export type PutOptions = Limits & {
  /** Any Unicode; a store that only takes ASCII encodes it (percent encoding, as the original does). */
  metadata?: Record<string, string>;
};

export type Stat = {
  version: Version;
  size: number;
  /** LastModified; S3 servers round it down to a second. */
  writtenAt: StoreTime;
  metadata: Record<string, string>;
};
export type StoredObject = Stat & { body: ReadableStream<Uint8Array> };
export type Listed = { key: string; version: Version; size: number; writtenAt: StoreTime };
/** `at` is the store's clock when it answered: age = at - writtenAt. */
export type Page = { at: StoreTime; objects: Listed[] };

export type ListOptions = {
  /** Only keys that sort after this one (bytewise). */
  startAfter?: string;
  /** At most this many objects a page (default and maximum 1000). */
  pageSize?: number;
  signal?: AbortSignal;
};

/** First and last byte, both included, as in HTTP's Range. */
export type ByteRange = { first: number; last?: number };

/**
 * The only door to the bucket. Keys are relative to the store's prefix.
 * Outcomes that a caller must branch on are returned; faults that no caller can
 * handle (credentials, no such bucket, unreachable) throw `StoreError`.
 * Every backend passes tests/contract/object_store_contract.ts.
 */
export interface ObjectStore {
  /** What people call it: `s3://bucket/prefix`, `file:///folder`, `memory:`. No secrets. */
  readonly url: string;
  /**
   * A lower bound of the store's clock now: the Date of its last answer plus the
   * monotonic time since. `null` before the first answer.
   */
  time(): StoreTime | null;
  head(key: string, signal?: AbortSignal): Promise<Stat | null>;
  get(
    key: string,
    options?: { signal?: AbortSignal; range?: ByteRange },
  ): Promise<StoredObject | null>;
  /**
   * A body that does not have the size or SHA-256 that it states is never stored:
   * the call throws `StoreError("body-changed")`.
   */
  put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options?: PutOptions,
  ): Promise<PutResult>;
  /** Deletes whatever is there (also nothing): no portable condition exists for it. */
  delete(key: string, options?: Limits): Promise<DeleteResult>;
  /** Yields pages in bytewise key order, at least one (maybe empty); a write that ended before is seen. */
  list(prefix: string, options?: ListOptions): AsyncIterable<Page>;
  /** Lets go of sockets and timers. */
  close(): Promise<void>;
}
