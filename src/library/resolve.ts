/** From what a person types to the hash of a job. */
import { BlobForgeError } from "../base/errors.ts";
import { isPdfHash, type PdfHash } from "../queue/job.ts";
import { placeOf, RAW, rawKey } from "../queue/layout.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { hashOfLocalFile } from "./local_file.ts";
import type { Search } from "./search.ts";

/** Shorter prefixes are too likely to mean another file tomorrow. */
export const SHORTEST_PREFIX = 6;
const SHOWN = 5;

type Deps = { store: ObjectStore; search: Search };

/**
 * Reads a hash (taken as it is, known or not), the unique beginning of one, a path
 * in the library, a file on this machine (by its content), or a file's name; in
 * this order. Throws `not-found`, or `usage` when it could mean several.
 */
export async function resolveHash(deps: Deps, word: string): Promise<PdfHash> {
  const text = word.trim();
  const lower = text.toLowerCase();
  if (isPdfHash(lower)) return lower;
  const byPrefix = await fromPrefix(deps, lower);
  if (byPrefix !== null) return byPrefix;
  const exact = await deps.search.lookupExactPath(text, { limit: SHOWN + 1 });
  if (exact.length === 1) return exact[0]!.hash;
  const local = text === "" ? null : await hashOfLocalFile(text);
  if (local !== null) {
    if (await isKnown(deps, local)) return local;
    if (exact.length === 0) throw neverIngested(text, local);
  }
  const found = exact.length > 0 ? exact : await deps.search.lookupPath(text, { limit: SHOWN + 1 });
  if (found.length === 1) return found[0]!.hash;
  if (found.length > 1) {
    throw ambiguous(text, found.map(({ hash, entry }) => `${hash.slice(0, 12)} ${entry.paths[0]}`));
  }
  throw unknown(text);
}

/** Jobs whose source is in the bucket count too, though the manifest does not know them. */
async function fromPrefix(deps: Deps, prefix: string): Promise<PdfHash | null> {
  if (!/^[0-9a-f]+$/.test(prefix) || prefix.length < SHORTEST_PREFIX) return null;
  const found = await deps.search.lookupHash(prefix, { limit: SHOWN + 1 });
  const named = new Map(found.map(({ hash, entry }) => [hash, entry.paths[0] ?? ""]));
  for await (const page of deps.store.list(RAW + prefix, { pageSize: SHOWN + 1 })) {
    for (const { key } of page.objects) {
      const place = placeOf(key);
      if (place && !named.has(place.hash)) named.set(place.hash, "");
    }
    break;
  }
  const [first] = named.keys();
  if (named.size <= 1) return first ?? null;
  throw ambiguous(
    prefix,
    [...named].sort().map(([hash, path]) => `${hash.slice(0, 12)} ${path}`.trim()),
  );
}

async function isKnown(deps: Deps, hash: PdfHash): Promise<boolean> {
  if ((await deps.search.lookupHash(hash, { limit: 1 })).length > 0) return true;
  return await deps.store.head(rawKey(hash)) !== null;
}

function ambiguous(word: string, candidates: string[]): BlobForgeError {
  const shown = candidates.slice(0, SHOWN).join(", ");
  const more = candidates.length > SHOWN ? ", …" : "";
  return new BlobForgeError(
    "usage",
    `"${word}" could be more than one file: ${shown}${more}`,
    "Give more of the hash, or the whole path",
  );
}

function neverIngested(path: string, hash: PdfHash): BlobForgeError {
  return new BlobForgeError(
    "not-found",
    `Cannot find "${path}" (${hash.slice(0, 12)}) in the library: it was never ingested`,
    "Run `blobforge ingest` with it",
  );
}

function unknown(word: string): BlobForgeError {
  const isShort = /^[0-9a-f]+$/i.test(word) && word.length < SHORTEST_PREFIX;
  return new BlobForgeError(
    "not-found",
    `Cannot find "${word}": the library has no such path or file name` +
      (isShort ? `, and a hash needs at least ${SHORTEST_PREFIX} digits` : ", and no such hash"),
    "Run `blobforge search WORDS` to find it",
  );
}
