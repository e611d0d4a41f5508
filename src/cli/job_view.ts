/** One job as JSON and as lines for people: `status`, `list -v` and every command that changes jobs show the same. */
import type { ManifestEntry } from "../library/entry.ts";
import type { Job } from "../queue/find.ts";
import type { ErrorKind } from "../queue/job.ts";
import { attemptOf } from "../queue/rules/attempts.ts";
import type { Cell } from "./table.ts";
import { safe } from "./text.ts";
import { ago, bytes, duration, iso, moment, STATE_STYLE, STATE_WORD } from "./values.ts";

/** Fields that do not apply are null. */
export type JobJson = {
  hash: string;
  state: Job["state"];
  priority: string | null;
  /** Attempts that failed so far. */
  retries: number;
  name: string | null;
  paths: string[];
  tags: string[];
  size: number | null;
  /** Why it failed, or why its last attempt did. */
  error: string | null;
  error_kind: ErrorKind | string | null;
  /** Of a dead letter: `encrypted`, `retries-exhausted`, `cancelled`, ... */
  reason: string | null;
  worker: string | null;
  started_at: string | null;
  /** When its lease was renewed last. */
  heartbeat_at: string | null;
  progress: ProgressJson | null;
  queued_at: string | null;
  /** Of a failure: not tried again before. */
  retry_at: string | null;
  result: { size: number; written_at: string } | null;
  /** A finished job that is to be converted once more. */
  reconvert: boolean;
  attempts: AttemptJson[];
};

export type ProgressJson = {
  stage: string | null;
  pages_done: number;
  pages_total: number;
  percent: number | null;
  /** Seconds, reckoned from what was done so far. */
  eta_s: number | null;
};

export type AttemptJson = {
  attempt: string | null;
  worker: string | null;
  at: string | null;
  kind: string | null;
  error: string | null;
};

export function jobJson(job: Job, entry: ManifestEntry | null, now: number): JobJson {
  const { lease, todo, failed, dead, result } = job;
  const paths = entry?.paths ?? [];
  const running = job.state === "processing" ? lease : undefined;
  return {
    hash: job.hash,
    state: job.state,
    priority: job.priority ?? null,
    retries: job.retries,
    name: nameOf(paths),
    paths,
    tags: entry?.tags ?? [],
    size: entry ? entry.size : null,
    error: job.state === "done" ? null : dead?.error ?? failed?.error ?? todo?.last_error ?? null,
    error_kind: job.state === "done" ? null : dead?.kind ?? failed?.kind ?? todo?.last_kind ?? null,
    reason: dead?.reason ?? null,
    worker: running?.worker ?? failed?.worker ?? null,
    started_at: running && running.started > 0 ? iso(running.started) : null,
    heartbeat_at: running ? iso(running.writtenAt) : null,
    progress: running ? progressJson(running.progress) : null,
    queued_at: todo?.queued_at === undefined ? null : iso(todo.queued_at),
    retry_at: failed && job.state === "failed" ? iso(failed.not_before ?? now) : null,
    result: result ? { size: result.size, written_at: iso(result.writtenAt) } : null,
    reconvert: result !== undefined && job.state !== "done",
    attempts: attemptsJson(job),
  };
}

/** The progress of a lease, written by this program or by the original. */
export function progressJson(progress: Record<string, unknown> | undefined): ProgressJson | null {
  if (progress === undefined) return null;
  const pagesDone = numberOf(progress.pages_done) ?? 0;
  const pagesTotal = numberOf(progress.pages_total) ?? 0;
  const elapsed = numberOf(progress.elapsed_s);
  const percent = numberOf(progress.percent) ??
    (pagesTotal > 0 ? Math.round(pagesDone / pagesTotal * 1000) / 10 : null);
  const left = pagesDone > 0 && pagesTotal > pagesDone && elapsed !== null
    ? Math.round(elapsed / pagesDone * (pagesTotal - pagesDone))
    : null;
  return {
    stage: typeof progress.stage === "string" ? progress.stage : null,
    pages_done: pagesDone,
    pages_total: pagesTotal,
    percent,
    eta_s: left,
  };
}

/** `42% · page 120 of 300 · ~12m left`. Of an unknown job: its stage. */
export function progressText(progress: ProgressJson | null): string {
  if (progress === null) return "";
  const parts = [
    progress.percent === null ? "" : `${Math.floor(progress.percent)}%`,
    progress.pages_total > 0 ? `page ${progress.pages_done} of ${progress.pages_total}` : "",
    progress.percent === null && progress.stage ? safe(progress.stage) : "",
    progress.eta_s === null ? "" : `~${duration(progress.eta_s * 1000)} left`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

export function jobFields(job: JobJson, now: number): [label: string, value: Cell | undefined][] {
  const time = (text: string | null) => text === null ? undefined : timeText(Date.parse(text), now);
  return [
    ["hash", job.hash],
    ["state", stateCell(job)],
    ["priority", job.priority ?? undefined],
    ["progress", progressText(job.progress) || undefined],
    ["worker", job.worker === null ? undefined : safe(job.worker)],
    ["started", time(job.started_at)],
    ["heartbeat", time(job.heartbeat_at)],
    ["queued", time(job.queued_at)],
    ["retry", time(job.retry_at)],
    ["retries", job.retries === 0 ? undefined : String(job.retries)],
    ["error", job.error === null ? undefined : { text: safe(job.error), style: "red" }],
    [
      "result",
      job.result ? `${bytes(job.result.size)}, ${time(job.result.written_at)}` : undefined,
    ],
    ["size", job.size === null ? undefined : bytes(job.size)],
    ["tags", job.tags.length === 0 ? undefined : safe(job.tags.join(", "))],
    ...job.paths.map((path): [string, Cell] => ["path", safe(path)]),
  ];
}

export function stateCell(job: Pick<JobJson, "state" | "reason">): Cell {
  const reason = job.state === "dead" && job.reason ? ` (${safe(job.reason)})` : "";
  return { text: `${STATE_WORD[job.state]}${reason}`, style: STATE_STYLE[job.state] };
}

/** The file's name: the last part of the first path. */
export function nameOf(paths: readonly string[]): string | null {
  return paths[0]?.split("/").at(-1) ?? null;
}

/** Newest last. */
function attemptsJson({ dead, failed, todo, lease }: Job): AttemptJson[] {
  const notes = dead?.attempts ?? failed?.attempts ?? todo?.attempts ?? [];
  const ended = notes.map((note) => ({
    attempt: note.attempt ?? null,
    worker: note.worker ?? null,
    at: note.at === undefined ? null : iso(note.at),
    kind: note.kind ?? null,
    error: note.error ?? null,
  }));
  if (!lease || lease.move) return ended;
  const running = { attempt: attemptOf(lease), worker: lease.worker, kind: "running", error: null };
  return [...ended, { ...running, at: lease.started > 0 ? iso(lease.started) : null }];
}

function timeText(at: number, now: number): string {
  const apart = now - at;
  return apart >= 0 ? `${moment(at)} (${ago(apart)})` : `${moment(at)} (in ${duration(-apart)})`;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
