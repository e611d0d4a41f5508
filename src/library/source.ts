/** Brings a source PDF back from the bucket, checked against its hash while it streams. */
import { createHash } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { BlobForgeError } from "../base/errors.ts";
import type { PdfHash } from "../queue/job.ts";
import { rawKey } from "../queue/layout.ts";
import type { ObjectStore, StoredObject } from "../store/object_store.ts";

export type Source = {
  /** The PDF on this machine. */
  file: string;
  size: number;
  /** As it was called where it was ingested; `<first digits>.pdf` if nobody knows. */
  originalName: string;
  tags: string[];
};

/**
 * Writes the PDF to `file` (its folder is made). Null: the bucket does not have
 * it. Bytes that are not those of the hash are a `bad-input` error, and nothing
 * is left at `file`: neither is after an abort or a fault of the store.
 */
export async function fetchSource(
  store: ObjectStore,
  hash: PdfHash,
  file: string,
  signal?: AbortSignal,
): Promise<Source | null> {
  const stored = await store.get(rawKey(hash), { signal });
  if (stored === null) return null;
  await mkdir(dirname(file), { recursive: true });
  try {
    const { size, sha256 } = await writeHashed(stored.body, file, signal);
    if (sha256 !== hash) {
      throw new BlobForgeError(
        "bad-input",
        `The source of ${
          hash.slice(0, 12)
        } is damaged in the bucket: its bytes have another SHA-256`,
        `Delete ${rawKey(hash)} there and ingest the file again`,
      );
    }
    return { file, size, ...describeSource(hash, stored.metadata) };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** What the object's metadata tells; values of other programs that cannot be read count as missing. */
export function describeSource(
  hash: PdfHash,
  metadata: StoredObject["metadata"],
): { originalName: string; tags: string[] } {
  return {
    originalName: metadata["original-name"] || `${hash.slice(0, 8)}.pdf`,
    tags: readTags(metadata["tags"]),
  };
}

function readTags(text: string | undefined): string[] {
  if (text === undefined) return [];
  try {
    const tags: unknown = JSON.parse(text);
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
  } catch {
    return [];
  }
}

async function writeHashed(
  body: ReadableStream<Uint8Array>,
  file: string,
  signal?: AbortSignal,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash("sha256");
  let size = 0;
  const out = await open(file, "w");
  try {
    for await (const chunk of body) { // leaving the loop lets go of the stream
      signal?.throwIfAborted();
      hash.update(chunk);
      size += chunk.length;
      await writeAll(out, chunk);
    }
  } finally {
    await out.close();
  }
  return { size, sha256: hash.digest("hex") };
}

async function writeAll(out: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await out.write(chunk, at)).bytesWritten;
}
