/** Keeps the manifest's root small: moves its oldest entries into segments, and merges segments. */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { MANIFEST, MANIFEST_SEGMENTS } from "../queue/layout.ts";
import type { JsonObject } from "../base/json.ts";
import { changeJson, readJson } from "../store/json_register.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { mergeEntries, readEntry } from "./entry.ts";
import {
  chooseOldest,
  isVisible,
  type ManifestRoot,
  readRoot,
  sameJson,
  type SegmentRef,
  writeRoot,
} from "./manifest_root.ts";
import { readSegment, type SegmentEntries, writeSegment } from "./segments.ts";

type Deps = { store: ObjectStore; clock: Clock; random: Random; log: Log };
type Limits = { rootLimit: number; mergeAt: number };

/**
 * Does what the limits ask for, on the root as it was just written. Others may do
 * the same at once: whoever finds another list of segments than it prepared for
 * lets it be, and its own segment stays behind unnamed (see {@link sweepSegments}).
 */
export async function compact(deps: Deps, root: ManifestRoot, limits: Limits): Promise<void> {
  const moved = chooseOldest(root, limits.rootLimit);
  if (Object.keys(moved).length === 0) return;
  const after = await spill(deps, root, moved);
  if (after === null) return;
  const merged = chooseMerge(after.segments, limits.mergeAt);
  if (merged.length > 0) await merge(deps, after, merged);
}

/** Writes the segment, then names it in the root and takes from there what it holds unchanged. */
async function spill(
  deps: Deps,
  seen: ManifestRoot,
  moved: SegmentEntries,
): Promise<ManifestRoot | null> {
  const segment = await writeSegment(deps, moved, seen.epoch + 1);
  return await changeSegments(deps, seen, segment, (root) => {
    for (const [hash, entry] of Object.entries(moved)) {
      if (!Object.hasOwn(root.entries, hash)) {
        root.removed[hash] = segment.generation + 1; // removed since it was read: it must not come back
      } else if (sameJson(root.entries[hash], entry)) {
        delete root.entries[hash];
      } // else it has grown since: both count, merged
    }
    root.segments.push(segment);
  });
}

/** Makes one segment of several. Removals that no other segment needs are dropped. */
async function merge(deps: Deps, seen: ManifestRoot, refs: SegmentRef[]): Promise<void> {
  const entries: SegmentEntries = {};
  for (const ref of [...refs].sort((a, b) => b.generation - a.generation)) {
    const part = await readSegment(deps.store, ref.key);
    if (part === null) return; // merged by somebody else
    for (const [hash, json] of Object.entries(part)) {
      if (!isVisible(seen, ref, hash)) continue;
      const newer = entries[hash];
      entries[hash] = newer === undefined ? json : mergeEntries(readEntry(newer), readEntry(json));
    }
  }
  const keys = new Set(refs.map((ref) => ref.key));
  const generation = Math.max(...refs.map((ref) => ref.generation));
  const segment = await writeSegment(deps, entries, generation);
  await changeSegments(deps, seen, segment, (root) => {
    const kept = root.segments.filter((ref) => !keys.has(ref.key));
    for (const [hash, from] of Object.entries(seen.removed)) {
      const isNeeded = kept.some((ref) => ref.generation < from);
      if (!isNeeded && root.removed[hash] === from) delete root.removed[hash];
    }
    root.segments = segment.count > 0 ? [...kept, segment] : kept;
  });
}

/** Changes the list of segments if it is still the one that was seen; null if it is not. */
async function changeSegments(
  deps: Deps,
  seen: ManifestRoot,
  segment: SegmentRef,
  change: (root: ManifestRoot) => void,
): Promise<ManifestRoot | null> {
  let own: JsonObject | null = null;
  const written = await changeJson(deps, MANIFEST, (json) => {
    const root = readRoot(json);
    const isDone = root.segments.some(({ key }) => key === segment.key);
    own = isDone ? json : null; // a write whose answer was lost
    if (isDone || root.epoch !== seen.epoch) return null;
    change(root);
    root.epoch = seen.epoch + 1;
    return writeRoot(root, new Date(deps.clock.now()).toISOString());
  });
  const after = written ?? own;
  if (after === null) {
    deps.log.debug("manifest segment not used", { key: segment.key });
    return null;
  }
  return readRoot(after);
}

/** The segments of one size class (powers of `mergeAt`), if there are enough of them. */
export function chooseMerge(segments: readonly SegmentRef[], mergeAt: number): SegmentRef[] {
  const base = Math.max(1, Math.min(...segments.map(({ count }) => count)));
  const classes = new Map<number, SegmentRef[]>();
  for (const segment of segments) {
    const size = Math.floor(Math.log(Math.max(1, segment.count / base)) / Math.log(mergeAt) + 0.01);
    classes.set(size, [...classes.get(size) ?? [], segment]);
  }
  return [...classes.values()].find((same) => same.length >= mergeAt) ?? [];
}

/**
 * Deletes segments that the root does not name and that are older than `minAgeMs`
 * by the store's clock: left by writers that died or lost a race, or merged.
 * A writer that was about to name one is told by the epoch. Returns the keys.
 */
export async function sweepSegments(
  deps: Deps,
  options: { minAgeMs?: number; dryRun?: boolean } = {},
): Promise<string[]> {
  const { minAgeMs = 24 * 3600_000, dryRun = false } = options;
  const old: string[] = [];
  for await (const page of deps.store.list(MANIFEST_SEGMENTS)) {
    old.push(
      ...page.objects.filter((one) => page.at - one.writtenAt > minAgeMs).map(({ key }) => key),
    );
  }
  if (old.length === 0) return [];
  let unnamed: string[] = [];
  const pick = (root: ManifestRoot) => {
    const named = new Set(root.segments.map(({ key }) => key));
    unnamed = old.filter((key) => !named.has(key));
  };
  if (dryRun) {
    pick(readRoot((await readJson(deps.store, MANIFEST))?.json ?? {}));
    return unnamed;
  }
  await changeJson(deps, MANIFEST, (json) => {
    const root = readRoot(json);
    pick(root);
    if (unnamed.length === 0) return null;
    root.epoch++;
    return writeRoot(root, new Date(deps.clock.now()).toISOString());
  });
  for (const key of unnamed) await deps.store.delete(key);
  return unnamed;
}
