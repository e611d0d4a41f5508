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
} from "./object_store.ts";
import { StoreError } from "./store_error.ts";

export type Operation = "head" | "get" | "put" | "delete" | "list";

/**
 * Requests by operation and outcome: `found`/`missing` of reads, `page` of
 * list, the result's kind of writes, and the fault (`denied`) of what threw.
 */
export type RequestCounts = { total: number; by: Record<Operation, Record<string, number>> };

/** Counts the requests that reach the store inside it. Each page of a list is one. */
export class MeteredStore implements ObjectStore {
  readonly #inner: ObjectStore;
  readonly #by: RequestCounts["by"] = { head: {}, get: {}, put: {}, delete: {}, list: {} };

  constructor(inner: ObjectStore) {
    this.#inner = inner;
  }

  get url(): string {
    return this.#inner.url;
  }

  /** The counts so far; a copy that does not change. */
  snapshot(): RequestCounts {
    const by = structuredClone(this.#by);
    const total = Object.values(by).flatMap((outcomes) => Object.values(outcomes));
    return { total: total.reduce((sum, count) => sum + count, 0), by };
  }

  time(): StoreTime | null {
    return this.#inner.time();
  }

  async head(key: string, signal?: AbortSignal): Promise<Stat | null> {
    const stat = await this.#watch("head", this.#inner.head(key, signal));
    this.#count("head", stat ? "found" : "missing");
    return stat;
  }

  async get(
    key: string,
    options?: { signal?: AbortSignal; range?: ByteRange },
  ): Promise<StoredObject | null> {
    const object = await this.#watch("get", this.#inner.get(key, options));
    this.#count("get", object ? "found" : "missing");
    return object;
  }

  async put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options?: PutOptions,
  ): Promise<PutResult> {
    const result = await this.#watch("put", this.#inner.put(key, body, when, options));
    this.#count("put", result.kind);
    return result;
  }

  async delete(key: string, options?: Limits): Promise<DeleteResult> {
    const result = await this.#watch("delete", this.#inner.delete(key, options));
    this.#count("delete", result.kind);
    return result;
  }

  async *list(prefix: string, options?: ListOptions): AsyncIterable<Page> {
    const pages = this.#inner.list(prefix, options)[Symbol.asyncIterator]();
    try {
      while (true) {
        const step = await this.#watch("list", pages.next());
        if (step.done) return;
        this.#count("list", "page");
        yield step.value;
      }
    } finally {
      await pages.return?.();
    }
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #watch<T>(operation: Operation, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#count(operation, error instanceof StoreError ? error.fault : "stopped");
      throw error;
    }
  }

  #count(operation: Operation, outcome: string): void {
    this.#by[operation][outcome] = (this.#by[operation][outcome] ?? 0) + 1;
  }
}
