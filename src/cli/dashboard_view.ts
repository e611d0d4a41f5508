/** The dashboard as lines: numbers, what runs, who works, what went wrong. */
import { type JobState, PRIORITIES } from "../queue/job.ts";
import { progressText } from "./job_view.ts";
import type { Output } from "./output.ts";
import type { ProblemJson, RunningJson, Snapshot } from "./snapshot.ts";
import type { Cell } from "./table.ts";
import { pad, safe } from "./text.ts";
import { age, ago, count, duration, shortHash, STATE_STYLE, STATE_WORD } from "./values.ts";
import { workerStatus } from "./worker_view.ts";

const BAR = 30;

export function showDashboard(out: Output, seen: Snapshot): void {
  const title = out.paint("bold", "BlobForge");
  out.line(`${title}  ${out.paint("dim", `${safe(seen.store)}  ${seen.at.slice(11, 19)} UTC`)}`);
  out.line();
  showCounts(out, seen);
  if (seen.running.length > 0) showRunning(out, seen);
  if (seen.workers.length > 0) showWorkers(out, seen);
  if (seen.problems.length > 0) showProblems(out, seen);
}

function showCounts(out: Output, seen: Snapshot): void {
  const { counts } = seen;
  const waiting = PRIORITIES.reduce((sum, one) => sum + counts.todo[one], 0);
  const numbers: [JobState, number][] = [
    ["todo", waiting],
    ["processing", counts.processing],
    ["failed", counts.failed],
    ["dead", counts.dead],
    ["done", counts.done],
  ];
  const all = numbers.reduce((sum, [, number]) => sum + number, 0);
  const width = Math.max(...numbers.map(([, number]) => count(number).length), 3);
  for (const [state, number] of numbers) {
    // Few beside many are still to be seen.
    const columns = number === 0 ? 0 : Math.max(1, Math.round(number / all * BAR));
    const bar = out.paint(STATE_STYLE[state], "█".repeat(columns));
    const aside = asideOf(state, seen);
    const line = `  ${pad(STATE_WORD[state], 10)} ${pad(count(number), width, "right")}  ${bar}`;
    out.line(
      aside === "" ? line.trimEnd() : `${line}${columns > 0 ? " " : ""}${out.paint("dim", aside)}`,
    );
  }
}

function asideOf(state: JobState, { counts, oldest_todo_s, rate }: Snapshot): string {
  if (state === "todo") {
    const used = PRIORITIES.filter((one) => counts.todo[one] > 0);
    const split = used.length === 1 && used[0] === "3_normal"
      ? []
      : used.map((one) => `${count(counts.todo[one])} ${one.slice(2)}`);
    const oldest = oldest_todo_s === null ? [] : [`oldest ${duration(oldest_todo_s * 1000)}`];
    return [...split, ...oldest].join(", ");
  }
  if (state !== "done" || rate === null) return "";
  const left = rate.eta_s === null ? "" : `, ~${duration(rate.eta_s * 1000)} left`;
  return `${count(rate.done_last_hour)} in the last hour${left}`;
}

function showRunning(out: Output, { running, counts }: Snapshot): void {
  section(out, "Running", counts.processing - running.length);
  out.table(
    [
      { title: "hash" },
      { title: "file", flex: "middle" },
      { title: "progress", flex: "end" },
      { title: "for", align: "right" },
      { title: "worker", flex: "middle" },
    ],
    running.map((job) => [
      shortHash(job.hash),
      safe(job.name ?? "-"),
      progressCell(job),
      job.running_s === null ? "" : age(job.running_s * 1000),
      safe(job.worker ?? "?"),
    ]),
    "  ",
  );
}

function progressCell(job: RunningJson): Cell {
  if (job.is_stale) {
    return { text: `no heartbeat for ${duration(job.heartbeat_s * 1000)}`, style: "yellow" };
  }
  if (job.move !== null) return { text: `(${job.move})`, style: "dim" };
  const { progress } = job;
  if (progress === null) return { text: "starting", style: "dim" };
  const pages = progress.pages_total > 0 ? `${progress.pages_done}/${progress.pages_total} p` : "";
  const left = progress.eta_s === null ? "" : `~${duration(progress.eta_s * 1000)}`;
  const percent = progress.percent === null ? "" : `${Math.floor(progress.percent)}%`;
  const text = [percent, pages, left].filter((part) => part !== "").join(" ");
  return text === "" ? progressText(progress) : text;
}

function showWorkers(out: Output, { workers }: Snapshot): void {
  const alive = workers.filter((worker) => worker.is_alive);
  const shown = out.verbose ? workers : alive;
  const gone = workers.length - alive.length;
  section(out, "Workers", 0, gone > 0 && !out.verbose ? `${count(gone)} stopped or silent` : "");
  if (shown.length === 0) return out.line("  nobody works now");
  out.table(
    [
      { title: "worker", flex: "middle" },
      { title: "host", flex: "end" },
      { title: "status" },
      { title: "heard of" },
      { title: "job", flex: "end" },
    ],
    shown.map((worker) => [
      safe(worker.id),
      safe(worker.hostname ?? ""),
      workerStatus(worker),
      ago(worker.seen_s * 1000),
      worker.jobs.map(shortHash).join(" "),
    ]),
    "  ",
  );
}

function showProblems(out: Output, { problems, counts }: Snapshot): void {
  section(out, "Went wrong", counts.failed + counts.dead - problems.length);
  out.table(
    [
      { title: "hash" },
      { title: "file", flex: "middle" },
      { title: "state" },
      { title: "ago", align: "right" },
      { title: "why", flex: "end" },
    ],
    problems.map((job) => [
      shortHash(job.hash),
      safe(job.name ?? "-"),
      { text: STATE_WORD[job.state], style: STATE_STYLE[job.state] },
      age(job.age_s * 1000),
      safe(whyOf(job)),
    ]),
    "  ",
  );
}

/** The error without the words that stand in other columns: `Cannot convert "x.pdf": it is damaged`. */
function whyOf({ reason, error }: ProblemJson): string {
  return error?.replace(/^Cannot [a-z]+ "[^"]*": /, "") ?? reason ?? "";
}

function section(out: Output, title: string, more: number, aside = ""): void {
  out.line();
  out.heading(title, more > 0 ? `and ${count(more)} more` : aside);
}
