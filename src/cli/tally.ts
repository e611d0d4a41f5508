/** Every job of the queue, counted once: a running job keeps its todo marker, but it does not wait. */
import type { ListedJob, QueueCounts } from "../queue/find.ts";
import { JOB_STATES, type JobState, type PdfHash, PRIORITIES } from "../queue/job.ts";
import type { Queue } from "../queue/queue.ts";

export type Tally = {
  counts: QueueCounts;
  /** Those that a person may want to see, in the order of their hashes. */
  jobs: Record<"processing" | "failed" | "dead", ListedJob[]>;
  /** Results of the last hour, and how old the first of them is. */
  recent: { done: number; sinceMs: number };
};

const HOUR_MS = 3_600_000;

/** One LIST for every 1,000 objects; no marker is read. */
export async function tally(queue: Queue): Promise<Tally> {
  const todo = Object.fromEntries(PRIORITIES.map((one) => [one, 0])) as QueueCounts["todo"];
  const counts = { todo, processing: 0, failed: 0, dead: 0, done: 0 };
  const jobs: Tally["jobs"] = { processing: [], failed: [], dead: [] };
  let oldestTodoMs: number | null = null;
  const recent = { done: 0, sinceMs: 0 };
  for await (const job of queue.list("processing")) jobs.processing.push(job);
  const running = new Set(jobs.processing.map((job) => job.hash));
  await Promise.all(JOB_STATES.map(async (state) => {
    if (state === "processing") return;
    for await (const job of without(running, queue.list(state), state)) {
      if (state === "todo") {
        todo[job.priority!]++;
        oldestTodoMs = Math.max(oldestTodoMs ?? 0, job.ageMs);
        continue;
      }
      counts[state]++;
      if (state !== "done") jobs[state].push(job);
      else if (job.ageMs < HOUR_MS) {
        recent.done++;
        recent.sinceMs = Math.max(recent.sinceMs, job.ageMs);
      }
    }
  }));
  counts.processing = jobs.processing.length;
  return { counts: { ...counts, oldestTodoMs }, jobs, recent };
}

/** The jobs of one state, as `tally` counts them. */
export async function* jobsOf(queue: Queue, state: JobState): AsyncGenerator<ListedJob> {
  const running = new Set<PdfHash>();
  if (state === "todo") {
    for await (const { hash } of queue.list("processing")) {
      running.add(hash);
    }
  }
  yield* without(running, queue.list(state), state);
}

async function* without(
  running: ReadonlySet<PdfHash>,
  jobs: AsyncIterable<ListedJob>,
  state: JobState,
): AsyncGenerator<ListedJob> {
  for await (const job of jobs) if (state !== "todo" || !running.has(job.hash)) yield job;
}

export function countsJson(counts: QueueCounts) {
  const { todo, processing, failed, dead, done } = counts;
  return { todo, processing, failed, dead, done };
}

export type Counts = ReturnType<typeof countsJson>;

export const waitingOf = (counts: Counts): number =>
  PRIORITIES.reduce((sum, priority) => sum + counts.todo[priority], 0);

/** What to do next, by what there is. */
export function adviceFor(counts: Counts): string {
  const waiting = waitingOf(counts);
  const all = waiting + counts.processing + counts.failed + counts.dead + counts.done;
  if (all === 0) return "Nothing is here yet. Run `blobforge ingest FOLDER` to add PDFs.";
  if (waiting > 0 && counts.processing === 0) {
    return "Nobody converts. Run `blobforge worker` here or on another machine.";
  }
  if (counts.dead > 0) {
    return "Dead jobs need a person: `blobforge list --state dead` shows them.";
  }
  if (waiting + counts.processing + counts.failed === 0) {
    return "Nothing waits. Run `blobforge ingest FOLDER` to add PDFs.";
  }
  return "`blobforge watch` shows it as it goes on.";
}
