/**
 * Puts right what time has made due: leases that are stale, failures whose pause
 * is over. Every worker does it now and then; `blobforge janitor` does it at once.
 */
import { messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { failedKey, placeOf, PROCESSING } from "../queue/layout.ts";
import type { PdfHash, Priority } from "../queue/job.ts";
import { readMarker } from "../queue/markers.ts";
import type { Queue } from "../queue/queue.ts";
import { parseFailed } from "../queue/records.ts";
import type { Write } from "../queue/rules/writes.ts";
import type { Version } from "../store/object_store.ts";
import { StoreError } from "../store/store_error.ts";
import { deepSweep } from "./deep_sweep.ts";

export type SweepDeps = { queue: Queue; log: Log };

export type SweepOptions = {
  /** Looks and reports, changes nothing. */
  dryRun?: boolean;
  /** Also compares every source with all markers. */
  deep?: boolean;
  signal?: AbortSignal;
  /** Called for every job that was looked at. */
  onItem?(item: SweepItem): void;
};

export type SweepItem = {
  hash: PdfHash;
  /** What it was: a lease, a failure, or found by the deep comparison. */
  what: "lease" | "failed" | "missing" | "leftover" | "no-source";
  action:
    | "recovered" // back in the queue, or ended what a dead worker had begun
    | "requeued"
    | "buried"
    | "restored"
    | "tidied"
    | "waits" // not due yet
    | "alive"
    | "left" // somebody else was faster, or holds it
    | "reported"
    | "error";
  ageMs?: number;
  /** Of one that waits: when its retry is due. */
  dueInMs?: number;
  detail?: string;
  /** Of one that could not be handled: what was thrown. */
  error?: unknown;
};

export type SweepReport = {
  dryRun: boolean;
  recovered: number;
  requeued: number;
  buried: number;
  restored: number;
  tidied: number;
  /** Jobs that could not be put right, with the reason. */
  errors: number;
};

/** So many faults of the store in a row are not those of single jobs: it is away. */
const FAULTS = 3;

/**
 * One pass over all leases and failures (and with `deep` over everything). A job
 * that cannot be handled is reported, and the others go on; several in a row that
 * meet a fault of the store end the sweep with that fault.
 */
export async function sweep(deps: SweepDeps, options: SweepOptions = {}): Promise<SweepReport> {
  const report: SweepReport = {
    dryRun: options.dryRun ?? false,
    recovered: 0,
    requeued: 0,
    buried: 0,
    restored: 0,
    tidied: 0,
    errors: 0,
  };
  const guarded = guard();
  const items = [sweepLeases(deps, options, guarded), sweepFailures(deps, options, guarded)];
  if (options.deep) items.push(deepSweep(deps, options, guarded));
  for (const list of items) {
    for await (const item of list) {
      count(report, item);
      log(deps.log, item, report.dryRun);
      options.onItem?.(item);
    }
  }
  return report;
}

async function* sweepLeases(
  deps: SweepDeps,
  options: SweepOptions,
  guarded: Guarded,
): AsyncGenerator<SweepItem> {
  const { queue } = deps;
  for await (const page of queue.store.list(PROCESSING, { signal: options.signal })) {
    for (const { key, version, writtenAt } of page.objects) {
      options.signal?.throwIfAborted();
      const hash = placeOf(key)?.hash;
      if (hash === undefined) continue;
      const ageMs = page.at - writtenAt;
      const base = { hash, what: "lease", ageMs } as const;
      if (ageMs <= queue.settings.staleAfterMs) yield { ...base, action: "alive" };
      else if (options.dryRun) yield { ...base, action: "recovered" };
      else yield await guarded(base, () => recoverOne(queue, hash, { version, ageMs }));
    }
  }
}

async function recoverOne(
  queue: Queue,
  hash: PdfHash,
  listed: { version: Version; ageMs: number },
): Promise<Pick<SweepItem, "action" | "detail">> {
  const recovery = await queue.recover(hash, listed);
  if (recovery.kind === "left") return { action: "left" };
  return { action: "recovered", detail: `${recovery.what}: ${describe(recovery.writes)}` };
}

async function* sweepFailures(
  deps: SweepDeps,
  options: SweepOptions,
  guarded: Guarded,
): AsyncGenerator<SweepItem> {
  const { queue } = deps;
  for await (const { hash, since, ageMs } of queue.list("failed")) {
    options.signal?.throwIfAborted();
    const base = { hash, what: "failed", ageMs } as const;
    yield await guarded(base, async () => {
      const seen = await readMarker(
        { store: queue.store, log: deps.log },
        failedKey(hash),
        parseFailed,
      );
      if (seen === null) return { action: "left" };
      const { record } = seen;
      const dueInMs = (record.not_before ?? 0) - (since + ageMs);
      if (dueInMs > 0) return { action: "waits", dueInMs, detail: record.error };
      const isLast = record.retries + 1 > queue.settings.maxRetries;
      const action = isLast ? "buried" : "requeued";
      if (options.dryRun) return { action, detail: record.error };
      const moved = await queue.requeue(hash);
      return moved === "busy" ? { action: "left" } : { action, detail: record.error };
    });
  }
}

export type Guarded = (
  base: Pick<SweepItem, "hash" | "what" | "ageMs">,
  handle: () => Promise<Pick<SweepItem, "action" | "detail" | "dueInMs">>,
) => Promise<SweepItem>;

/** A job whose handling fails is an item of the report: it must not hide those behind it. A store that is away ends the sweep. */
function guard(): Guarded {
  let faults = 0;
  return async (base, handle) => {
    try {
      const item = { ...base, ...await handle() };
      faults = 0;
      return item;
    } catch (error) {
      if (error instanceof StoreError && ++faults >= FAULTS) throw error;
      return { ...base, action: "error", detail: messageOf(error), error };
    }
  };
}

function count(report: SweepReport, item: SweepItem): void {
  switch (item.action) {
    case "recovered":
    case "requeued":
    case "buried":
    case "restored":
    case "tidied":
      report[item.action]++;
      break;
    case "error":
      report.errors++;
  }
}

function log(log: Log, item: SweepItem, dryRun: boolean): void {
  const { hash, what, action, detail } = item;
  if (action === "alive" || action === "waits" || action === "left") return;
  const fields = { hash, what, detail, ...(dryRun ? { dry_run: true } : {}) };
  if (action === "error" || action === "reported") log.warn(`job ${action}`, fields);
  else log.info(`job ${action}`, fields);
}

function describe(writes: Write[]): string {
  if (writes.length === 0) return "nothing was left to do";
  return writes.map((write) => {
    if (write.kind === "put") return `put ${placeName(write.to)}`;
    return write.kind === "delete" ? `deleted ${placeName(write.at)}` : "deleted its data";
  }).join(", ");
}

function placeName(place: { state: string; priority?: Priority }): string {
  return place.priority ? `${place.state}/${place.priority}` : place.state;
}
