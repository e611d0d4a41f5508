/** The queue at one moment, as `dashboard` and `watch` show it. Its shape: commands/dashboard.ts. */
import type { Catalogue } from "../library/catalogue.ts";
import type { ListedJob } from "../queue/find.ts";
import { deadKey, failedKey } from "../queue/layout.ts";
import { readLease } from "../queue/lease.ts";
import { readMarker } from "../queue/markers.ts";
import type { Queue } from "../queue/queue.ts";
import { parseDead, parseFailed } from "../queue/records.ts";
import { listWorkers } from "../queue/worker_records.ts";
import type { App } from "./compose.ts";
import { nameOf, progressJson } from "./job_view.ts";
import { countsJson, tally, waitingOf } from "./tally.ts";
import { iso } from "./values.ts";
import { workerJson } from "./worker_view.ts";

export type Snapshot = Awaited<ReturnType<typeof snapshot>>;
export type RunningJson = Awaited<ReturnType<typeof runningJson>>;
export type ProblemJson = Awaited<ReturnType<typeof problemJson>>;

/** Of each only so many are read: a dashboard must stay cheap on a large queue. */
export type Detail = { running: number; problems: number };

export async function snapshot(app: App, queue: Queue, detail: Detail) {
  const [{ counts, jobs, recent }, workers] = await Promise.all([
    tally(queue),
    listWorkers(app.store),
  ]);
  const problems = [...jobs.failed, ...jobs.dead]
    .sort((a, b) => a.ageMs - b.ageMs)
    .slice(0, detail.problems);
  const running = jobs.processing.slice(0, detail.running);
  const names = running.length + problems.length > 0 ? await app.manifest.load() : null;
  return {
    store: app.store.url,
    at: iso(app.storeNow()),
    counts: countsJson(counts),
    oldest_todo_s: counts.oldestTodoMs === null ? null : Math.round(counts.oldestTodoMs / 1000),
    running: await Promise.all(running.map((job) => runningJson(app, queue, job, names))),
    workers: workers.map(workerJson),
    problems: await Promise.all(problems.map((job) => problemJson(app, job, names))),
    rate: rateOf(recent, waitingOf(counts) + counts.processing),
  };
}

/** A rate that is measured over less says little. */
const SHORTEST_MS = 60_000;

/** What the last hour's results, since the first of them, say of what is left; null when there were none. */
function rateOf(recent: { done: number; sinceMs: number }, left: number) {
  if (recent.done === 0) return null;
  const isKnown = left > 0 && recent.done > 1 && recent.sinceMs >= SHORTEST_MS;
  const eta = isKnown ? Math.round(recent.sinceMs / recent.done * left / 1000) : null;
  return { done_last_hour: recent.done, eta_s: eta };
}

async function runningJson(app: App, queue: Queue, job: ListedJob, names: Catalogue | null) {
  const lease = (await readLease(app, job.hash))?.record;
  const started = lease && lease.started > 0 ? lease.started : null;
  return {
    hash: job.hash as string,
    name: nameOf(names?.get(job.hash)?.paths ?? []),
    priority: lease?.priority ?? null,
    worker: lease?.worker ?? null,
    move: lease?.move?.kind ?? null,
    running_s: started === null ? null : Math.max(0, Math.round((app.storeNow() - started) / 1000)),
    heartbeat_s: Math.round(job.ageMs / 1000),
    is_stale: job.ageMs > (lease?.stale_after_ms ?? queue.settings.staleAfterMs),
    progress: progressJson(lease?.progress),
  };
}

async function problemJson(app: App, job: ListedJob, names: Catalogue | null) {
  const base = {
    hash: job.hash as string,
    name: nameOf(names?.get(job.hash)?.paths ?? []),
    state: job.state,
    at: iso(job.since),
    age_s: Math.round(job.ageMs / 1000),
  };
  if (job.state === "dead") {
    const dead = (await readMarker(app, deadKey(job.hash), parseDead))?.record;
    return { ...base, reason: dead?.reason ?? null, error: dead?.error ?? null, retry_at: null };
  }
  const failed = (await readMarker(app, failedKey(job.hash), parseFailed))?.record;
  return {
    ...base,
    reason: failed?.kind ?? null,
    error: failed?.error ?? null,
    retry_at: failed?.not_before === undefined ? null : iso(failed.not_before),
  };
}
