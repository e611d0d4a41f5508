/** Bodies that are checked against the size and SHA-256 they state, while they pass. */
import { createHash } from "node:crypto";
import { BlobForgeError, messageOf } from "../base/errors.ts";
import type { Body } from "./object_store.ts";
import { StoreError } from "./store_error.ts";

/** Lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes in memory as a body that can be opened again and again. */
export function bodyOf(bytes: Uint8Array): Body {
  return { size: bytes.length, sha256: sha256Hex(bytes), open: () => ReadableStream.from([bytes]) };
}

/**
 * Yields the body's chunks. The last one is held back until size and hash are
 * known to be right, so a receiver that waits for `size` bytes never gets them
 * all from a body that changed: then this throws `StoreError("body-changed")`.
 */
export async function* verifiedChunks(
  key: string,
  body: Body,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash("sha256");
  let size = 0;
  let held: Uint8Array | null = null;
  for await (const chunk of readable(key, body)) {
    signal?.throwIfAborted();
    if (chunk.length === 0) continue;
    size += chunk.length;
    if (size > body.size) throw changed(key, `more than the announced ${body.size} bytes came`);
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }
  if (size !== body.size) throw changed(key, `${size} of the announced ${body.size} bytes came`);
  if (hash.digest("hex") !== body.sha256) throw changed(key, "its SHA-256 is another one");
  if (held) yield held;
}

/** The whole body in memory, checked. For stores that hold bytes, and for small bodies. */
export async function verifiedBytes(
  key: string,
  body: Uint8Array | Body,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body.slice();
  const bytes = new Uint8Array(body.size);
  let at = 0;
  for await (const chunk of verifiedChunks(key, body, signal)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A source that fails (the file is gone, the disk is bad) is no fault of the store. */
async function* readable(key: string, body: Body): AsyncGenerator<Uint8Array> {
  try {
    yield* body.open();
  } catch (error) {
    if (error instanceof BlobForgeError) throw error;
    throw new StoreError(
      "body-changed",
      `Cannot store "${key}": its content cannot be read (${messageOf(error)})`,
      undefined,
      { cause: error },
    );
  }
}

function changed(key: string, why: string): StoreError {
  return new StoreError(
    "body-changed",
    `Cannot store "${key}": its content changed while it was read (${why})`,
    "Wait until nothing writes to the file, then run the command again",
  );
}
