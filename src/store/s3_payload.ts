import { Readable } from "node:stream";
import type { Body } from "./object_store.ts";
import { bodyOf, verifiedBytes, verifiedChunks } from "./verified_body.ts";

/** One body on its way to S3. A stream is used once; opening the body again makes a new payload. */
export type Payload = {
  content: Uint8Array | Readable;
  size: number;
  sha256: string;
  /** Aborts when the source fails or is not what was announced: then the request must not end well. */
  signal: AbortSignal;
  /** Lets go of the source, whether it was read or not. */
  close(): void;
};

/** Up to this size a body is sent from memory: a marker travels in one write with its headers. */
const SMALL = 256 * 1024;

/**
 * Opens a body for sending. A small one is read and checked before anything is
 * sent. A large one is streamed: its last chunk is only let go when size and
 * hash are right, so the server never sees all the bytes of one that changed.
 */
export async function openPayload(
  key: string,
  body: Uint8Array | Body,
  signal?: AbortSignal,
): Promise<Payload> {
  const stated = body instanceof Uint8Array ? bodyOf(body) : body;
  const { size, sha256 } = stated;
  const failed = new AbortController();
  const stop = AbortSignal.any(signal ? [signal, failed.signal] : [failed.signal]);
  if (size <= SMALL || body instanceof Uint8Array) {
    const content = body instanceof Uint8Array ? body : await verifiedBytes(key, body, signal);
    return { content, size, sha256, signal: stop, close() {} };
  }
  const content = Readable.from(reporting(verifiedChunks(key, stated, stop), failed));
  // The failure is read from `signal`; without a listener it would end the process.
  content.on("error", () => {});
  return { content, size, sha256, signal: stop, close: () => void content.destroy() };
}

async function* reporting(
  chunks: AsyncIterable<Uint8Array>,
  failed: AbortController,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunks;
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}
