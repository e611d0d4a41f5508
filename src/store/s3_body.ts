import type { Readable } from "node:stream";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { StoreError } from "./store_error.ts";

export type AboutBody = {
  key: string;
  /** What is to come; with a range, its part. */
  size: number;
  stallMs: number;
  clock: Clock;
  signal?: AbortSignal;
  /** Ends the request: called when the body is not read to its end. */
  stop(): void;
};

/**
 * The body of an answer, read only as fast as it is taken. It fails with a
 * passing `StoreError` when the connection breaks, ends short or stalls.
 */
export function streamOfAnswer(body: Readable, about: AboutBody): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunksOf(body, about));
}

async function* chunksOf(body: Readable, about: AboutBody): AsyncGenerator<Uint8Array, void> {
  const broken = (why: string) =>
    new StoreError("unreachable", `Cannot read "${about.key}": the download broke off (${why})`);
  const iterator = body[Symbol.asyncIterator]();
  let size = 0;
  let state: "waiting" | "idle" | "ended" = "idle";
  try {
    while (true) {
      state = "waiting";
      const step = await withinMs(about.clock, about.stallMs, about.signal, iterator.next());
      if (step === "late") throw broken(`no byte for ${about.stallMs / 1000} s`);
      state = step.done ? "ended" : "idle";
      if (step.done) break;
      size += step.value.length;
      yield step.value;
    }
  } catch (error) {
    about.signal?.throwIfAborted();
    throw error instanceof StoreError ? error : broken(messageOf(error));
  } finally {
    // Not `body.destroy()`: before Deno 2.7 that ends in a rejection nobody can catch.
    if (state !== "ended") about.stop();
    if (state === "idle") await iterator.return?.().catch(() => {});
  }
  if (size !== about.size) throw broken(`${size} of ${about.size} bytes came`);
}

/** What `work` gives, or `"late"`. Rejects with the signal's reason when it aborts first. */
async function withinMs<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  work: Promise<T>,
): Promise<T | "late"> {
  const done = new AbortController();
  const stop = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  const late = clock.sleep(ms, stop).then(
    () => "late" as const,
    (reason) => {
      if (done.signal.aborted) return "late" as const; // nobody waits for it any more
      throw reason;
    },
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
