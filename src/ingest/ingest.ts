/** PDFs from this machine into bucket, queue and manifest, each once. */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Manifest } from "../library/manifest.ts";
import type { Priority } from "../queue/job.ts";
import type { Queue } from "../queue/queue.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { type Candidate, discover, type DiscoverOptions, type Discovery } from "./discover.ts";
import { HashCache } from "./hash_cache.ts";
import { IngestRun } from "./ingest_run.ts";
import type { BatchLimits } from "./manifest_batch.ts";
import type { IngestProgress, IngestReport } from "./report.ts";

export type IngestDeps = {
  store: ObjectStore;
  queue: Pick<Queue, "enqueue">;
  manifest: Manifest;
  clock: Clock;
  log: Log;
  /** The user's cache folder for this program: hashes of files are remembered there. Null: nowhere. */
  cacheDir: string | null;
};

export type IngestSettings = {
  priority: Priority;
  /** Added to the tags that a file's path gives. */
  tags?: string[];
  /** Reads the manifest, writes nothing. */
  dryRun?: boolean;
  /** Files that are read and uploaded at once. */
  concurrency?: number;
  /** How often the manifest is written on the way. */
  flush?: BatchLimits;
  signal?: AbortSignal;
  /** Called for each file when its outcome is known. */
  onProgress?(progress: IngestProgress): void;
};

export type IngestOptions = IngestSettings & DiscoverOptions & {
  /** Files and folders. */
  paths: string[];
};

/**
 * Queues every PDF that is not known yet: source, todo marker, manifest entry, in
 * that order, so an ingest that dies is mended by the next one. A known file needs
 * no request. One file's fault is its result and stops nothing; a fault of the
 * store is thrown when what was done is in the manifest.
 */
export async function ingest(deps: IngestDeps, options: IngestOptions): Promise<IngestReport> {
  return await ingestFound(deps, discover(options.paths, options), options);
}

/** The same for files that were found already. */
export async function ingestFound(
  deps: IngestDeps,
  found: Discovery,
  settings: IngestSettings,
): Promise<IngestReport> {
  const cache = await HashCache.open(deps.cacheDir);
  try {
    const known = found.candidates.length > 0 ? await deps.manifest.load() : null;
    const run = new IngestRun({ ...deps, cache }, settings, known);
    return await run.all(found);
  } finally {
    cache.close();
  }
}

export type { Candidate };
