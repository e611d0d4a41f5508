/** One hash in the manifest: how it is read, written and merged. Pure. */
import type { PdfHash } from "../queue/job.ts";

/** As it stands in the bucket, with the original's names; fields of other programs are kept. */
export type ManifestEntry = {
  /** Where files with these bytes were seen, relative to the folder that was ingested. */
  paths: string[];
  size: number;
  tags: string[];
  /** ISO time of the first ingest. */
  ingested_at: string;
  /** Name of the folder that was ingested. */
  source: string;
  [unknown: string]: unknown;
};

/** One file that was ingested, to be added to the manifest. */
export type NewEntry = {
  hash: PdfHash;
  path: string;
  size: number;
  tags: string[];
  source: string;
  ingestedAt: string;
};

export function entryOf(added: NewEntry): ManifestEntry {
  return {
    paths: [added.path],
    size: added.size,
    tags: [...added.tags],
    ingested_at: added.ingestedAt,
    source: added.source,
  };
}

/**
 * What `first` and `second` say of one hash: paths and tags of both, in order;
 * of all else what `first` says, if it says anything. Merging twice changes nothing.
 */
export function mergeEntries(first: ManifestEntry, second: ManifestEntry): ManifestEntry {
  return {
    ...second,
    ...first,
    paths: unique([...first.paths, ...second.paths]),
    tags: unique([...first.tags, ...second.tags]),
  };
}

/** True if merging `added` into `entry` would change nothing. */
export function covers(entry: ManifestEntry, added: { path: string; tags: string[] }): boolean {
  return entry.paths.includes(added.path) && added.tags.every((tag) => entry.tags.includes(tag));
}

/** Reads whatever stands there as an entry: fields that are missing or of another kind read as empty. */
export function readEntry(json: unknown): ManifestEntry {
  const fields = typeof json === "object" && json !== null && !Array.isArray(json)
    ? json as Record<string, unknown>
    : {};
  return {
    ...fields,
    paths: strings(fields.paths),
    size: typeof fields.size === "number" && Number.isFinite(fields.size) ? fields.size : 0,
    tags: strings(fields.tags),
    ingested_at: typeof fields.ingested_at === "string" ? fields.ingested_at : "",
    source: typeof fields.source === "string" ? fields.source : "",
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function unique(words: string[]): string[] {
  return [...new Set(words)];
}
