/** Keeps looking at folders, and ingests what appears in them. */
import { discover, type Discovery } from "./discover.ts";
import { type IngestDeps, ingestFound, type IngestOptions } from "./ingest.ts";
import type { IngestReport } from "./report.ts";

export type WatchOptions = IngestOptions & {
  signal: AbortSignal;
  /** Pause between two looks; a file counts as complete when it is the same in two of them. */
  intervalMs: number;
  /** Called after every round that had files. */
  onReport?(report: IngestReport): void;
};

/**
 * Looks until the signal aborts, then returns. A file is ingested once for every
 * state (size and time) in which it came to rest; a failed one again when it
 * changes. A fault of the store is thrown, as by `ingest`.
 */
export async function watch(deps: IngestDeps, options: WatchOptions): Promise<void> {
  const looker = new Looker(options);
  while (!options.signal.aborted) {
    const found = looker.settled();
    if (found.candidates.length + found.problems.length > 0) {
      options.onReport?.(await ingestFound(deps, found, options));
    }
    await deps.clock.sleep(options.intervalMs, options.signal).catch((error) => {
      if (!options.signal.aborted) throw error;
    });
  }
}

class Looker {
  /** What each file looked like in the last look, and the look that was ingested. */
  #seen = new Map<string, string>();
  #ingested = new Map<string, string>();
  #problems = new Set<string>();

  constructor(private readonly options: WatchOptions) {}

  /** Files that did not change since the last look and were not ingested as they are; problems that are new. */
  settled(): Discovery {
    const { candidates, problems } = discover(this.options.paths, this.options);
    const now = new Map(candidates.map(({ path }) => [path, looksOf(path)]));
    const settled = candidates.filter(({ path }) => {
      const looks = now.get(path);
      return looks === this.#seen.get(path) && looks !== this.#ingested.get(path);
    });
    this.#seen = now;
    for (const path of this.#ingested.keys()) if (!now.has(path)) this.#ingested.delete(path);
    for (const { path } of settled) this.#ingested.set(path, now.get(path)!);
    const news = problems.filter(({ path }) => !this.#problems.has(path));
    this.#problems = new Set(problems.map(({ path }) => path));
    return { candidates: settled, problems: news };
  }
}

function looksOf(path: string): string {
  try {
    const { size, mtime, ino } = Deno.statSync(path);
    return `${size} ${mtime?.getTime()} ${ino}`;
  } catch {
    return "gone";
  }
}
