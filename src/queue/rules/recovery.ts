/** What a dead worker left, and the writes that end its attempt. Pure. */
import type { AttemptId } from "../job.ts";
import type {
  AttemptNote,
  DeadRecord,
  FailedRecord,
  LeaseRecord,
  Markers,
  TodoRecord,
} from "../records.ts";
import { attemptOf, endedBy } from "./attempts.ts";
import { attemptHistory } from "./history.ts";
import {
  deleteAll,
  deleteDead,
  deleteFailed,
  deleteTodos,
  fullest,
  gatherTodos,
  isDone,
  putTodo,
  reconvertOf,
  type Todo,
  type Write,
} from "./writes.ts";

/** `at`: the store's time, for the records; `maxRetries`: failed attempts after the first. */
export type RecoveryContext = { maxRetries: number; at: number };

/**
 * Ends the work that a lease was claimed for and whose worker died: its attempt
 * counts at most once, whatever it managed to write. Messages in the lease are
 * obeyed, also those that came after the attempt's end was written. Safe to
 * repeat: recovering a recovery gives the same end.
 */
export function finishWork(
  lease: LeaseRecord,
  markers: Markers,
  context: RecoveryContext,
): Write[] {
  const attempt = attemptOf(lease);
  const { todos, failed, dead } = markers;
  if (isDone(markers)) return deleteAll(markers);

  if (dead && dead.record.attempt === attempt) {
    return [...deleteTodos(markers), ...deleteFailed(markers)];
  }
  if (failed && endedBy(lease, failed.record)) {
    return endAsFailed(lease, markers, failed.record, context);
  }
  const todo = fullest(markers) ?? lostTodo(lease, markers);
  if (todo === null) return [];
  if (lease.cancel) return bury(lease, markers, todo, "cancelled", context);

  const counted = todos.filter((one) => one.record.after === attempt);
  if (counted.length > 0) return endAsCounted(lease, markers, counted);
  if (lease.handed_back) return putBack(lease, markers, todo);
  if (todo.record.retries >= context.maxRetries) {
    return bury(lease, markers, todo, "retries-exhausted", context);
  }
  return countAttempt(lease, markers, todo, context);
}

/** The failure is recorded. A cancel that came too late for its worker still is obeyed. */
function endAsFailed(
  lease: LeaseRecord,
  markers: Markers,
  failed: FailedRecord,
  context: RecoveryContext,
): Write[] {
  if (!lease.cancel) return [...deleteTodos(markers), ...deleteDead(markers)];
  const { retries, priority, attempts, reconvert } = failed;
  const record = { retries: retries + 1, attempts, reconvert };
  return bury(lease, markers, { priority, record }, "cancelled", context);
}

/** The attempt is counted: what a recovery that died has left undone follows. */
function endAsCounted(lease: LeaseRecord, markers: Markers, counted: Todo[]): Write[] {
  const to = lease.priority_to ?? fullest({ ...markers, todos: counted })!.priority;
  return [
    ...gatherTodos(markers, to, counted),
    ...deleteFailed(markers),
    ...deleteDead(markers),
  ];
}

/**
 * No todo is there, since an old worker takes it away when it claims: what its
 * lease knows stands for it. Null: the job is safe in another place, or was
 * removed with its source.
 */
function lostTodo(lease: LeaseRecord, markers: Markers): Pick<Todo, "priority" | "record"> | null {
  if (markers.failed || markers.dead || !markers.hasSource) return null;
  return { priority: lease.priority, record: { retries: lease.retries } };
}

/** Nothing (more) counts: one todo stays, where a message asked for it or where the job knows most. */
function putBack(
  lease: LeaseRecord,
  markers: Markers,
  todo: Pick<Todo, "priority" | "record">,
): Write[] {
  const to = lease.priority_to ?? todo.priority;
  return markers.todos.length > 0 ? gatherTodos(markers, to) : [putTodo(to, todo.record)];
}

function countAttempt(
  lease: LeaseRecord,
  markers: Markers,
  todo: Pick<Todo, "priority" | "record">,
  context: RecoveryContext,
): Write[] {
  const attempt = attemptOf(lease);
  const to = lease.priority_to ?? todo.priority;
  const error = deathOf(lease);
  const record: TodoRecord = {
    retries: todo.record.retries + 1,
    queued_at: context.at,
    last_error: error,
    recovered_from: "stale_processing",
    after: attempt,
    attempts: attemptHistory(todo.record.attempts, noteOf(attempt, lease, error, context)),
    ...kept(markers),
  };
  return [
    putTodo(to, record),
    ...deleteTodos(markers, to),
    ...deleteFailed(markers),
    ...deleteDead(markers),
  ];
}

function bury(
  lease: LeaseRecord,
  markers: Markers,
  todo: Pick<Todo, "priority" | "record">,
  reason: "cancelled" | "retries-exhausted",
  context: RecoveryContext,
): Write[] {
  const record = deadOf(todo, lease, reason, kept(markers), context);
  return [
    { kind: "put", to: { state: "dead" }, record },
    ...deleteTodos(markers),
    ...deleteFailed(markers),
  ];
}

function deadOf(
  todo: Pick<Todo, "priority" | "record">,
  lease: LeaseRecord,
  reason: "cancelled" | "retries-exhausted",
  reconvert: Pick<TodoRecord, "reconvert">,
  context: RecoveryContext,
): DeadRecord {
  const attempt = attemptOf(lease);
  const { retries, attempts } = todo.record;
  const base = {
    moved_to_dead_at: new Date(context.at).toISOString(),
    reason,
    attempt,
    priority: lease.priority_to ?? todo.priority,
    ...reconvert,
  };
  if (reason === "cancelled") {
    return { ...base, error: reason, total_retries: retries, ...(attempts ? { attempts } : {}) };
  }
  const error = deathOf(lease);
  return {
    ...base,
    error,
    total_retries: retries + 1,
    kind: "transient",
    attempts: attemptHistory(attempts, noteOf(attempt, lease, error, context)),
  };
}

function deathOf(lease: LeaseRecord): string {
  return `worker ${lease.worker} stopped without a word`;
}

function noteOf(
  attempt: AttemptId,
  lease: LeaseRecord,
  error: string,
  context: RecoveryContext,
): AttemptNote {
  return { attempt, worker: lease.worker, at: context.at, kind: "transient", error };
}

/** A wish for a new result outlives every attempt, whichever marker bore it. */
function kept(markers: Markers): Pick<TodoRecord, "reconvert"> {
  const reconvert = reconvertOf(markers);
  return reconvert ? { reconvert } : {};
}
