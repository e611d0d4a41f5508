/** Injected faults: a store that loses answers, is late, breaks or crashes when a test says so. */
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
import { StoreError } from "../../src/store/store_error.ts";

export type Request = {
  /** Counts from 1, all operations together; a list is one for each page. */
  number: number;
  operation: "head" | "get" | "put" | "delete" | "list";
  /** The key, or the prefix of a list. */
  key: string;
  notAfter?: StoreTime;
};

export type Fault =
  /** It is done, but the answer is lost: `unclear`; reads throw `unreachable`. */
  | { kind: "lose-reply" }
  /** It is not done, and the answer is as above. */
  | { kind: "lose-request" }
  /** The answer is lost now, and the request arrives only when `until` does. `arrived` tests await. */
  | { kind: "arrive-late"; until: Promise<void> }
  /** It waits for `until`, then all is well. */
  | { kind: "wait"; until: Promise<void> }
  /** It is not done. */
  | { kind: "throw"; error: Error }
  /** The process is dead: this (done or not) and everything after it never succeeds. */
  | { kind: "crash"; done: boolean }
  /** A get whose body breaks off after so many bytes. */
  | { kind: "break-body"; after: number };

/** What every call throws once a `crash` came. */
export class Crashed extends Error {
  override name = "Crashed";
}

export class FaultyStore implements ObjectStore {
  readonly requests: Request[] = [];
  readonly #inner: ObjectStore;
  readonly #decide: (request: Request) => Fault | null;
  readonly #late: Promise<unknown>[] = [];
  #crashed = false;

  constructor(inner: ObjectStore, decide: (request: Request) => Fault | null) {
    this.#inner = inner;
    this.#decide = decide;
  }

  get url(): string {
    return this.#inner.url;
  }

  time(): StoreTime | null {
    return this.#inner.time();
  }

  /** Resolves when all requests that were `arrive-late` have arrived. */
  async allArrived(): Promise<void> {
    await Promise.allSettled(this.#late);
  }

  head(key: string, signal?: AbortSignal): Promise<Stat | null> {
    const { fault } = this.#next({ operation: "head", key });
    return this.#run(fault, () => this.#inner.head(key, signal), throwUnreachable);
  }

  async get(
    key: string,
    options?: { signal?: AbortSignal; range?: ByteRange },
  ): Promise<StoredObject | null> {
    const { fault } = this.#next({ operation: "get", key });
    const object = await this.#run(fault, () => this.#inner.get(key, options), throwUnreachable);
    if (!object || fault?.kind !== "break-body") return object;
    return { ...object, body: ReadableStream.from(brokenOff(object.body, fault.after)) };
  }

  put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options?: PutOptions,
  ): Promise<PutResult> {
    const { fault } = this.#next({ operation: "put", key, ...deadlineOf(options) });
    const send = () => this.#inner.put(key, body, when, options);
    return this.#run<PutResult>(fault, send, () => ({ kind: "unclear" }));
  }

  delete(key: string, options?: Limits): Promise<DeleteResult> {
    const { fault } = this.#next({ operation: "delete", key, ...deadlineOf(options) });
    const send = () => this.#inner.delete(key, options);
    return this.#run<DeleteResult>(fault, send, () => ({ kind: "unclear" }));
  }

  async *list(prefix: string, options?: ListOptions): AsyncIterable<Page> {
    const pages = this.#inner.list(prefix, options)[Symbol.asyncIterator]();
    while (true) {
      const { fault } = this.#next({ operation: "list", key: prefix });
      const step = await this.#run(fault, () => pages.next(), throwUnreachable);
      if (step.done) return;
      yield step.value;
    }
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #next(about: Omit<Request, "number">): { fault: Fault | null } {
    const request = { number: this.requests.length + 1, ...about };
    this.requests.push(request);
    return { fault: this.#crashed ? { kind: "crash", done: false } : this.#decide(request) };
  }

  async #run<T>(fault: Fault | null, send: () => Promise<T>, lost: () => T): Promise<T> {
    switch (fault?.kind) {
      case undefined:
      case "break-body":
        return await send();
      case "wait":
        await fault.until;
        return await send();
      case "throw":
        throw fault.error;
      case "lose-request":
        return lost();
      case "lose-reply":
        await send();
        return lost();
      case "arrive-late":
        this.#late.push(fault.until.then(send));
        return lost();
      case "crash":
        this.#crashed = true;
        if (fault.done) await send();
        throw new Crashed();
    }
  }
}

/** A fault for requests by number: `{ 3: { kind: "lose-reply" } }`. */
export function atRequest(faults: Record<number, Fault>): (request: Request) => Fault | null {
  return ({ number }) => faults[number] ?? null;
}

export function unreachable(): StoreError {
  return new StoreError("unreachable", "Cannot reach the store: injected");
}

function throwUnreachable(): never {
  throw unreachable();
}

function deadlineOf(options: Limits | undefined): { notAfter?: StoreTime } {
  return options?.notAfter === undefined ? {} : { notAfter: options.notAfter };
}

async function* brokenOff(
  body: ReadableStream<Uint8Array>,
  after: number,
): AsyncGenerator<Uint8Array, void> {
  let left = after;
  for await (const chunk of body) {
    if (chunk.length >= left) {
      yield chunk.subarray(0, left);
      throw unreachable();
    }
    left -= chunk.length;
    yield chunk;
  }
}
