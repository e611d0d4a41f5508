/** A zip in the bucket, read piece by piece. */
import { Readable } from "node:stream";
import yauzl from "yauzl";
import type { ObjectStore } from "../store/object_store.ts";

/** A zip's directory stands at its end: usually all of it comes with one request. */
export const TAIL_BYTES = 128 * 1024;

/** Answers yauzl from the tail that was fetched, or by ranges of the object. */
export class RemoteZip extends yauzl.RandomAccessReader {
  constructor(
    private readonly store: ObjectStore,
    private readonly key: string,
    private readonly tail: { at: number; bytes: Uint8Array },
    private readonly version: string,
    private readonly signal?: AbortSignal,
  ) {
    super();
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const { at, bytes } = this.tail;
    if (start >= at) return Readable.from([bytes.subarray(start - at, end - at)]);
    return Readable.from(this.#range(start, end - 1));
  }

  async *#range(first: number, last: number): AsyncGenerator<Uint8Array> {
    const stored = await this.store.get(this.key, { range: { first, last }, signal: this.signal });
    if (stored === null || stored.version !== this.version) {
      await stored?.body.cancel();
      throw new Error("it was replaced while it was read");
    }
    yield* stored.body;
  }
}
