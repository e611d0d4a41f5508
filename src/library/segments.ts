/** Segments of the manifest: immutable, compressed, sorted by hash. */
import { zstdCompress, zstdDecompress } from "node:zlib";
import { promisify } from "node:util";
import { BlobForgeError, messageOf } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { MANIFEST_SEGMENTS } from "../queue/layout.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { readBytes } from "../store/read_all.ts";
import { StoreError } from "../store/store_error.ts";
import type { SegmentRef } from "./manifest_root.ts";

/** A segment of some ten thousand entries has a few MB; more than this is none of ours. */
const MAX_BYTES = 512 * 1024 * 1024;

export type SegmentEntries = Record<string, unknown>;

/**
 * Writes a segment under a name that nobody else has. Until the root names it, it
 * is not part of the manifest; a writer that dies before leaves it behind.
 */
export async function writeSegment(
  deps: { store: ObjectStore; random: Random },
  entries: SegmentEntries,
  generation: number,
): Promise<SegmentRef> {
  const hashes = Object.keys(entries).sort();
  const sorted = Object.fromEntries(hashes.map((hash) => [hash, entries[hash]]));
  const text = JSON.stringify({ version: 1, entries: sorted });
  const bytes: Uint8Array = await promisify(zstdCompress)(new TextEncoder().encode(text));
  const key = `${MANIFEST_SEGMENTS}${
    String(generation).padStart(8, "0")
  }-${deps.random.id()}.json.zst`;
  const result = await deps.store.put(key, new Uint8Array(bytes), { kind: "absent" });
  if (result.kind !== "written" && await deps.store.head(key) === null) {
    throw new StoreError(
      "unreachable",
      `Cannot write ${key} to ${deps.store.url}: no clear answer came`,
      "Run the same command again",
    );
  }
  return {
    key,
    generation,
    count: hashes.length,
    size: bytes.length,
    first: hashes[0] ?? "",
    last: hashes.at(-1) ?? "",
  };
}

/** All entries of a segment; null if it is gone (merged into another one since the root was read). */
export async function readSegment(
  store: ObjectStore,
  key: string,
): Promise<SegmentEntries | null> {
  const stored = await store.get(key);
  if (stored === null) return null;
  const bytes = await readBytes(stored.body);
  try {
    const plain = await promisify(zstdDecompress)(bytes, { maxOutputLength: MAX_BYTES });
    const json: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(plain)));
    const entries = (json as { entries?: unknown } | null)?.entries;
    if (typeof entries === "object" && entries !== null) return entries as SegmentEntries;
    throw new Error("it holds no entries");
  } catch (error) {
    throw new BlobForgeError(
      "bad-input",
      `Cannot read ${key} in ${store.url}: ${messageOf(error)}`,
      "Restore an older version of that object, or ingest the library again after deleting registry/manifest.json",
      { cause: error },
    );
  }
}
