/** Compares every source with all markers: the last net, under which no job falls. */
import { JOB_STATES, type PdfHash } from "../queue/job.ts";
import { placeOf, RAW } from "../queue/layout.ts";
import type { SweepDeps, SweepItem, SweepOptions } from "./sweep.ts";

/**
 * A source that no marker and no result belongs to goes back into the queue (the
 * move reads everything again under its lease). Markers beside a result are
 * tidied. A marker without a source is reported: only a person can bring it back.
 */
export async function* deepSweep(
  deps: SweepDeps,
  options: Pick<SweepOptions, "dryRun" | "signal">,
): AsyncGenerator<SweepItem> {
  const { queue } = deps;
  // Sources first: a job that is ingested meanwhile is then in neither list.
  const sources = await listSources(deps, options.signal);
  const places = await listPlaces(deps, options.signal);
  for (const hash of sources) {
    options.signal?.throwIfAborted();
    const states = places.get(hash) ?? new Set();
    if (states.size === 0) {
      const moved = options.dryRun ? "moved" : await queue.restore(hash);
      yield { hash, what: "missing", action: moved === "busy" ? "left" : "restored" };
    } else if (states.has("done") && !states.has("processing") && states.size > 1) {
      const moved = options.dryRun ? "moved" : await queue.tidy(hash);
      yield { hash, what: "leftover", action: moved === "busy" ? "left" : "tidied" };
    }
  }
  const known = new Set(sources);
  for (const [hash, states] of places) {
    if (known.has(hash) || [...states].every((state) => state === "done")) continue;
    const detail = `its source PDF is not in the bucket (${
      [...states].join(", ")
    }); ingest it again, or remove it`;
    yield { hash, what: "no-source", action: "reported", detail };
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

async function listPlaces(deps: SweepDeps, signal?: AbortSignal) {
  const places = new Map<PdfHash, Set<string>>();
  for (const state of JOB_STATES) {
    for await (const { hash } of deps.queue.list(state)) {
      signal?.throwIfAborted();
      const states = places.get(hash);
      if (states) states.add(state);
      else places.set(hash, new Set([state]));
    }
  }
  return places;
}
