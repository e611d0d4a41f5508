/** Reads a whole body into memory. */
import { BlobForgeError } from "../base/errors.ts";

/** Enough for every marker and for a manifest of some hundred thousand entries. */
const DEFAULT_LIMIT = 256 * 1024 * 1024;

/** All bytes of a body. More than `limit` is refused, and the rest of the stream is let go. */
export async function readBytes(
  body: ReadableStream<Uint8Array>,
  limit: number = DEFAULT_LIMIT,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) { // leaving the loop cancels the stream
    size += chunk.length;
    if (size > limit) {
      throw new BlobForgeError(
        "bad-input",
        `Cannot read an object: it is larger than ${limit} bytes`,
      );
    }
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
