/** Compares every source with all markers: the last net, under which no job falls. */
import { JOB_STATES, type JobState, type PdfHash } from "../queue/job.ts";
import { placeOf, RAW, rawKey } from "../queue/layout.ts";
import type { Guarded, SweepDeps, SweepItem, SweepOptions } from "./sweep.ts";

/** The states in which a job was found, one bit each: there may be millions of jobs. */
type Places = Map<PdfHash, number>;

/**
 * A source that no marker and no result belongs to goes back into the queue (the
 * move reads everything again under its lease). Markers beside a result are
 * tidied. A marker without a source is reported: only a person can bring it back.
 */
export async function* deepSweep(
  deps: SweepDeps,
  options: Pick<SweepOptions, "dryRun" | "signal">,
  guarded: Guarded,
): AsyncGenerator<SweepItem> {
  const { queue } = deps;
  const { dryRun, signal } = options;
  // Sources first: a job that is ingested meanwhile is then not taken for one without a marker.
  const sources = await listSources(deps, signal);
  const places = await listPlaces(deps, signal);
  for (const hash of sources) {
    signal?.throwIfAborted();
    const found = places.get(hash) ?? 0;
    places.delete(hash);
    if (found === 0) {
      yield await guarded({ hash, what: "missing" }, async () => {
        const moved = dryRun ? "moved" : await queue.restore(hash);
        return { action: moved === "busy" ? "left" : "restored" };
      });
    } else if (isIn(found, "done") && !isIn(found, "processing") && found !== bit("done")) {
      yield await guarded({ hash, what: "leftover" }, async () => {
        const moved = dryRun ? "moved" : await queue.tidy(hash);
        return { action: moved === "busy" ? "left" : "tidied" };
      });
    }
  }
  for (const [hash, found] of places) {
    signal?.throwIfAborted();
    if (found === bit("done")) continue;
    yield await guarded({ hash, what: "no-source" }, async () => {
      // It may have been ingested since the sources were listed.
      if (await queue.store.head(rawKey(hash), signal) !== null) return { action: "left" };
      const states = JOB_STATES.filter((state) => isIn(found, state)).join(", ");
      const detail =
        `its source PDF is not in the bucket (${states}); ingest it again, or remove it`;
      return { action: "reported", detail };
    });
  }
}

async function listSources(deps: SweepDeps, signal?: AbortSignal): Promise<PdfHash[]> {
  const hashes: PdfHash[] = [];
  for await (const page of deps.queue.store.list(RAW, { signal })) {
    for (const { key } of page.objects) {
      const place = placeOf(key);
      if (place) hashes.push(place.hash);
    }
  }
  return hashes;
}

async function listPlaces(deps: SweepDeps, signal?: AbortSignal): Promise<Places> {
  const places: Places = new Map();
  for (const state of JOB_STATES) {
    for await (const { hash } of deps.queue.list(state)) {
      signal?.throwIfAborted();
      places.set(hash, (places.get(hash) ?? 0) | bit(state));
    }
  }
  return places;
}

function bit(state: JobState): number {
  return 1 << JOB_STATES.indexOf(state);
}

function isIn(found: number, state: JobState): boolean {
  return (found & bit(state)) !== 0;
}
