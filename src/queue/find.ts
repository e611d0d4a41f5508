/** Where jobs are: one job in full, all jobs by state, numbers. */
import type { Log } from "../base/log.ts";
import type { ObjectStore, StoreTime } from "../store/object_store.ts";
import { JOB_STATES, type JobState, type PdfHash, PRIORITIES, type Priority } from "./job.ts";
import { DEAD, FAILED, OUT, outKey, placeOf, PROCESSING, TODO } from "./layout.ts";
import { readLease } from "./lease.ts";
import { readMarkers } from "./markers.ts";
import type { DeadRecord, FailedRecord, LeaseRecord, TodoRecord } from "./records.ts";
import { isDone } from "./rules/writes.ts";

type Deps = { store: ObjectStore; log: Log };

/** All that is known of one job. Fields of places where it is not are missing. */
export type Job = {
  hash: PdfHash;
  state: JobState;
  priority?: Priority;
  /** Attempts that failed so far. */
  retries: number;
  result?: { size: number; writtenAt: StoreTime };
  lease?: LeaseRecord & { writtenAt: StoreTime };
  todo?: TodoRecord;
  failed?: FailedRecord;
  dead?: DeadRecord;
};

/**
 * The first of result, lease, dead letter, failure, todo that is there (of a
 * result that a marker asks to replace: that marker). Null: the queue does not
 * know this hash. A job that moves while it is read is looked at again.
 */
export async function findJob(deps: Deps, hash: PdfHash): Promise<Job | null> {
  return await lookOnce(deps, hash) ?? await lookOnce(deps, hash);
}

async function lookOnce(deps: Deps, hash: PdfHash): Promise<Job | null> {
  const [markers, lease, out] = await Promise.all([
    readMarkers(deps, hash),
    readLease(deps, hash),
    deps.store.head(outKey(hash)),
  ]);
  const { todos, failed, dead } = markers;
  const todo = todos[0];
  const places: Partial<Job> = {
    ...(out ? { result: { size: out.size, writtenAt: out.writtenAt } } : {}),
    ...(lease ? { lease: { ...lease.record, writtenAt: lease.writtenAt } } : {}),
    ...(todo ? { todo: todo.record } : {}),
    ...(failed ? { failed: failed.record } : {}),
    ...(dead ? { dead: dead.record } : {}),
  };
  const base = { hash, ...places };
  if (isDone(markers)) {
    return { ...base, state: "done", retries: todo?.record.retries ?? 0 };
  }
  if (lease) {
    const { priority } = lease.record;
    return {
      ...base,
      state: "processing",
      priority,
      retries: todo?.record.retries ?? lease.record.retries,
    };
  }
  if (dead) {
    return {
      ...base,
      state: "dead",
      priority: dead.record.priority,
      retries: dead.record.total_retries,
    };
  }
  if (failed) {
    const { priority, retries } = failed.record;
    return { ...base, state: "failed", priority, retries: retries + 1 };
  }
  if (todo) {
    return { ...base, state: "todo", priority: todo.priority, retries: todo.record.retries };
  }
  return null;
}

export type ListedJob = {
  hash: PdfHash;
  state: JobState;
  priority?: Priority;
  /** When its marker was written, and how long ago, by the store's clock. */
  since: StoreTime;
  ageMs: number;
  size: number;
};

const FOLDERS: Record<JobState, string> = {
  todo: TODO,
  processing: PROCESSING,
  failed: FAILED,
  dead: DEAD,
  done: OUT,
};

/** Every job whose marker (or result) stands in that place, in the order of keys; todos most urgent first. Reads no marker. */
export async function* listJobs(store: ObjectStore, state: JobState): AsyncGenerator<ListedJob> {
  for await (const page of store.list(FOLDERS[state])) {
    for (const { key, writtenAt, size } of page.objects) {
      const place = placeOf(key);
      if (place === null) continue;
      const priority = place.state === "todo" ? place.priority : undefined;
      yield {
        hash: place.hash,
        state,
        priority,
        since: writtenAt,
        ageMs: page.at - writtenAt,
        size,
      };
    }
  }
}

export type QueueCounts = {
  todo: Record<Priority, number>;
  processing: number;
  failed: number;
  dead: number;
  done: number;
  /** Age of the job that waits longest, in ms; null when none waits. */
  oldestTodoMs: number | null;
};

/** Numbers of jobs by place: one LIST for every 1,000 objects. */
export async function countJobs(store: ObjectStore): Promise<QueueCounts> {
  const todo = Object.fromEntries(PRIORITIES.map((priority) => [priority, 0])) as Record<
    Priority,
    number
  >;
  const counts: QueueCounts = {
    todo,
    processing: 0,
    failed: 0,
    dead: 0,
    done: 0,
    oldestTodoMs: null,
  };
  await Promise.all(JOB_STATES.map(async (state) => {
    for await (const job of listJobs(store, state)) {
      if (job.state === "todo") {
        todo[job.priority!]++;
        counts.oldestTodoMs = Math.max(counts.oldestTodoMs ?? 0, job.ageMs);
      } else {
        counts[job.state as Exclude<JobState, "todo">]++;
      }
    }
  }));
  return counts;
}
