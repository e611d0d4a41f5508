import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
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

export type RetryOptions = {
  clock: Clock;
  random: Random;
  /** How often a request is sent in all. Default 5. */
  attempts?: number;
  /** The pause before the second attempt, at most; doubled each time. Default 200. */
  pauseMs?: number;
  /** Default 5000. */
  longestPauseMs?: number;
};

/**
 * Repeats what may be repeated, with growing, random pauses: reads that met a
 * passing fault, and puts and deletes without `notAfter` that met one or came
 * back unclear. A download that breaks off goes on where it was, on the same
 * version, or fails. A write with `notAfter` belongs to a lease and is sent
 * once, whatever becomes of it: only the lease knows what `unclear` means.
 */
export class RetryingStore implements ObjectStore {
  readonly #inner: ObjectStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #attempts: number;
  readonly #pauseMs: number;
  readonly #longestPauseMs: number;

  constructor(inner: ObjectStore, options: RetryOptions) {
    this.#inner = inner;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#attempts = options.attempts ?? 5;
    this.#pauseMs = options.pauseMs ?? 200;
    this.#longestPauseMs = options.longestPauseMs ?? 5_000;
  }

  get url(): string {
    return this.#inner.url;
  }

  time(): StoreTime | null {
    return this.#inner.time();
  }

  async head(key: string, signal?: AbortSignal): Promise<Stat | null> {
    return await this.#retry(signal, () => this.#inner.head(key, signal));
  }

  async get(
    key: string,
    options: { signal?: AbortSignal; range?: ByteRange } = {},
  ): Promise<StoredObject | null> {
    const object = await this.#retry(options.signal, () => this.#inner.get(key, options));
    if (!object) return null;
    return { ...object, body: ReadableStream.from(this.#chunks(key, object, options)) };
  }

  /**
   * A `conflict` that follows an unclear attempt may be that attempt's own
   * success: it is told as `unclear`, and the caller must read back.
   */
  async put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options: PutOptions = {},
  ): Promise<PutResult> {
    const send = () => this.#inner.put(key, body, when, options);
    if (options.notAfter !== undefined) return await send();
    let wasUnclear = false;
    const result = await this.#retry(options.signal, async () => {
      const answer = await send();
      wasUnclear ||= answer.kind === "unclear";
      return answer;
    }, isUnclear);
    return result.kind === "conflict" && wasUnclear ? { kind: "unclear" } : result;
  }

  async delete(key: string, options: Limits = {}): Promise<DeleteResult> {
    const send = () => this.#inner.delete(key, options);
    if (options.notAfter !== undefined) return await send();
    return await this.#retry(options.signal, send, isUnclear);
  }

  /** Goes on behind the last page that came. */
  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<Page> {
    let startAfter = options.startAfter;
    const open = () => this.#inner.list(prefix, { ...options, startAfter })[Symbol.asyncIterator]();
    let pages = open();
    try {
      for (let pageCount = 0;; pageCount++) {
        let failed = false;
        const step = await this.#retry(options.signal, () => {
          if (failed) pages = open();
          failed = true;
          return pages.next();
        });
        // A list that was opened again has at least one page, which may be empty.
        if (step.done) return;
        if (pageCount > 0 && step.value.objects.length === 0) continue;
        startAfter = step.value.objects.at(-1)?.key ?? startAfter;
        yield step.value;
      }
    } finally {
      await pages.return?.();
    }
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async *#chunks(
    key: string,
    object: StoredObject,
    { signal, range }: { signal?: AbortSignal; range?: ByteRange },
  ): AsyncGenerator<Uint8Array, void> {
    let at = range?.first ?? 0;
    let body = object.body;
    for (let failures = 0;;) {
      try {
        for await (const chunk of body) {
          at += chunk.length;
          failures = 0;
          yield chunk;
        }
        return;
      } catch (error) {
        if (!isPassing(error) || ++failures >= this.#attempts) throw error;
        await this.#pause(failures, signal);
        const rest = { signal, range: { first: at, last: range?.last } };
        const again = await this.#retry(signal, () => this.#inner.get(key, rest));
        if (again?.version !== object.version) {
          await again?.body.cancel();
          throw replaced(key);
        }
        body = again.body;
      }
    }
  }

  async #retry<T>(
    signal: AbortSignal | undefined,
    send: () => Promise<T>,
    again: (result: T) => boolean = () => false,
  ): Promise<T> {
    for (let attempt = 1;; attempt++) {
      const last = attempt >= this.#attempts;
      try {
        const result = await send();
        if (last || !again(result)) return result;
      } catch (error) {
        if (last || !isPassing(error)) throw error;
      }
      await this.#pause(attempt, signal);
    }
  }

  /** "Full jitter": anything up to the limit, so that a fleet does not come back in step. */
  async #pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    const limit = Math.min(this.#longestPauseMs, this.#pauseMs * 2 ** (attempt - 1));
    await this.#clock.sleep(limit * this.#random.next(), signal);
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof StoreError && error.passing;
}

function isUnclear(result: { kind: string }): boolean {
  return result.kind === "unclear";
}

function replaced(key: string): StoreError {
  return new StoreError(
    "unreachable",
    `Cannot read "${key}": the download broke off, and the object was replaced meanwhile`,
    "Run the command again",
  );
}
