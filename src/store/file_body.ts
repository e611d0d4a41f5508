import type { ByteRange } from "./object_store.ts";

/** Reads this much at once: memory does not grow with the body. */
const CHUNK = 256 * 1024;

/**
 * The bytes of an open file, and the end of that file: it is closed when the
 * stream ends, fails or is cancelled. Small bodies are read at once, so nothing
 * stays open if nobody reads the stream.
 */
export function streamOf(
  file: Deno.FsFile,
  size: number,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const first = Math.min(range?.first ?? 0, size);
  const end = Math.min((range?.last ?? size - 1) + 1, size);
  if (first > 0) file.seekSync(first, Deno.SeekMode.Start);
  let left = Math.max(0, end - first);
  if (left <= CHUNK) {
    const bytes = readAtOnce(file, left);
    return ReadableStream.from(bytes.length > 0 ? [bytes] : []);
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        signal?.throwIfAborted();
        const buffer = new Uint8Array(Math.min(CHUNK, left));
        const count = await file.read(buffer);
        if (count === null) throw new Error("the file ended early");
        left -= count;
        controller.enqueue(buffer.subarray(0, count));
        if (left > 0) return;
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      file.close();
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}

function readAtOnce(file: Deno.FsFile, size: number): Uint8Array {
  const buffer = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = file.readSync(buffer.subarray(at));
    if (count === null) break;
    at += count;
  }
  file.close();
  return buffer.subarray(0, at);
}
