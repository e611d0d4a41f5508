/** `registry/manifest.json`: what stands in it, and how it changes. Pure. */
import { isPdfHash, type PdfHash } from "../queue/job.ts";
import type { JsonObject } from "../base/json.ts";
import {
  covers,
  entryOf,
  type ManifestEntry,
  mergeEntries,
  type NewEntry,
  readEntry,
} from "./entry.ts";

/** An immutable part of the manifest beside its root. Its entries count if they are not removed. */
export type SegmentRef = {
  key: string;
  /** Orders segments in time: a removal hides entries of the generations before it. */
  generation: number;
  count: number;
  /** Bytes as stored. */
  size: number;
  /** Least and greatest hash in it. */
  first: string;
  last: string;
};

/** The root as this program reads it. `json` is all that stands there, other programs' fields included. */
export type ManifestRoot = {
  json: JsonObject;
  entries: Record<string, unknown>;
  segments: SegmentRef[];
  /** hash -> first generation that counts again. */
  removed: Record<string, number>;
  /** Grows whenever the list of segments changes, so a change that was prepared on another list is seen. */
  epoch: number;
};

export function readRoot(json: JsonObject): ManifestRoot {
  return {
    json,
    entries: isObject(json.entries) ? json.entries : {},
    segments: Array.isArray(json.segments) ? json.segments.filter(isSegmentRef) : [],
    removed: isObject(json.removed)
      ? Object.fromEntries(
        Object.entries(json.removed).filter((pair): pair is [string, number] =>
          typeof pair[1] === "number"
        ),
      )
      : {},
    epoch: typeof json.segments_epoch === "number" ? json.segments_epoch : 0,
  };
}

/** The root as JSON again. Fields of segments appear only once there are any: small libraries look as the original's. */
export function writeRoot(root: ManifestRoot, now: string): JsonObject {
  const { segments, removed, epoch } = root;
  const json: JsonObject = {
    ...root.json,
    version: root.json.version ?? 1,
    updated_at: now,
    entries: root.entries,
    segments,
    removed,
    segments_epoch: epoch,
  };
  if (segments.length === 0) delete json.segments;
  if (Object.keys(removed).length === 0) delete json.removed;
  if (epoch === 0) delete json.segments_epoch;
  return json;
}

/** Adds files; what stands there already only grows. Returns whether anything changed. */
export function addToRoot(root: ManifestRoot, added: readonly NewEntry[]): boolean {
  let changed = false;
  for (const one of added) {
    const before = root.entries[one.hash];
    if (before === undefined) {
      root.entries[one.hash] = entryOf(one);
    } else {
      const entry = readEntry(before);
      if (covers(entry, one)) continue;
      root.entries[one.hash] = mergeEntries(entry, entryOf(one));
    }
    changed = true;
  }
  return changed;
}

/** Takes a hash out, and hides it in the segments that may hold it. Returns whether anything changed. */
export function removeFromRoot(root: ManifestRoot, hash: PdfHash): boolean {
  const stood = Object.hasOwn(root.entries, hash);
  delete root.entries[hash];
  const from = root.epoch + 1;
  const mayStand = root.segments.some((segment) =>
    segment.first <= hash && hash <= segment.last &&
    segment.generation >= (root.removed[hash] ?? -Infinity)
  );
  if (mayStand) root.removed[hash] = from;
  return stood || mayStand;
}

/** Whether an entry of that segment counts. */
export function isVisible(root: ManifestRoot, segment: SegmentRef, hash: string): boolean {
  return segment.generation >= (root.removed[hash] ?? -Infinity);
}

/** The oldest entries, as many as are above the limit and half of it, so that the next thousands need no new segment. */
export function chooseOldest(root: ManifestRoot, limit: number): Record<string, unknown> {
  const hashes = Object.keys(root.entries).filter(isPdfHash);
  if (hashes.length <= limit) return {};
  const dated = hashes.map((hash): [string, string] => [
    readEntry(root.entries[hash]).ingested_at,
    hash,
  ]);
  dated.sort(([a, x], [b, y]) => a < b ? -1 : a > b ? 1 : x < y ? -1 : 1);
  const count = hashes.length - Math.floor(limit / 2);
  return Object.fromEntries(
    dated.slice(0, count).map(([, hash]) => [hash, root.entries[hash]]),
  );
}

/** Equal as JSON, key order included (both come from JSON or from this file). */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function allEntries(root: ManifestRoot): [PdfHash, ManifestEntry][] {
  const found: [PdfHash, ManifestEntry][] = [];
  for (const [hash, json] of Object.entries(root.entries)) {
    if (isPdfHash(hash)) found.push([hash, readEntry(json)]);
  }
  return found;
}

function isSegmentRef(value: unknown): value is SegmentRef {
  return isObject(value) && typeof value.key === "string" &&
    typeof value.generation === "number" && typeof value.first === "string" &&
    typeof value.last === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
