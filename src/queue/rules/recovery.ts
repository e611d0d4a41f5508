/** What a dead worker left, and the writes that end its attempt. Pure. */
import type { AttemptId } from "../job.ts";
import type { AttemptNote, DeadRecord, LeaseRecord, Markers, TodoRecord } from "../records.ts";
import { attemptOf, endedBy } from "./attempts.ts";
import { attemptHistory } from "./history.ts";
import {
  deleteAll,
  deleteDead,
  deleteFailed,
  deleteTodos,
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
 * counts at most once, whatever it managed to write. Safe to repeat: recovering
 * a recovery gives the same end.
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
    return [...deleteTodos(markers), ...deleteDead(markers)];
  }

  const counted = todos.find((todo) => todo.record.after === attempt);
  if (counted) return deleteTodos(markers, counted.priority);
  const todo = todos.find((one) => one.priority === lease.priority_to) ?? todos[0];
  if (todo === undefined) return missingTodo(lease, markers);
  if (lease.handed_back && !lease.cancel) return deleteTodos(markers, todo.priority);
  return countAttempt(lease, markers, todo, context);
}

/** Only the source is left: an old worker took the marker away. Another marker means that the job is safe. */
function missingTodo(lease: LeaseRecord, markers: Markers): Write[] {
  if (markers.failed || markers.dead) return [];
  const record = { retries: lease.retries, after: attemptOf(lease), recovered_from: "lost_marker" };
  return [putTodo(lease.priority_to ?? lease.priority, record)];
}

function countAttempt(
  lease: LeaseRecord,
  markers: Markers,
  todo: Todo,
  context: RecoveryContext,
): Write[] {
  const attempt = attemptOf(lease);
  if (lease.cancel) {
    return [
      putDead(deadOf(todo.record, attempt, lease, "cancelled", "cancelled", context)),
      ...deleteTodos(markers),
      ...deleteFailed(markers),
    ];
  }
  const error = `worker ${lease.worker} stopped without a word`;
  if (todo.record.retries >= context.maxRetries) {
    return [
      putDead(deadOf(todo.record, attempt, lease, "retries-exhausted", error, context)),
      ...deleteTodos(markers),
      ...deleteFailed(markers),
    ];
  }
  const to = lease.priority_to ?? todo.priority;
  const note = noteOf(attempt, lease, error, context);
  const record: TodoRecord = {
    retries: todo.record.retries + 1,
    queued_at: context.at,
    last_error: error,
    recovered_from: "stale_processing",
    after: attempt,
    attempts: attemptHistory(todo.record.attempts, note),
    ...kept(markers),
  };
  return [putTodo(to, record), ...deleteTodos(markers, to), ...deleteFailed(markers)];
}

function deadOf(
  todo: TodoRecord,
  attempt: AttemptId,
  lease: LeaseRecord,
  reason: string,
  error: string,
  context: RecoveryContext,
): DeadRecord {
  const cancelled = reason === "cancelled";
  return {
    error,
    moved_to_dead_at: new Date(context.at).toISOString(),
    total_retries: cancelled ? todo.retries : todo.retries + 1,
    reason,
    attempt,
    priority: lease.priority,
    kind: cancelled ? undefined : "transient",
    attempts: attemptHistory(todo.attempts, noteOf(attempt, lease, error, context)),
    ...(todo.reconvert ? { reconvert: todo.reconvert } : {}),
  };
}

function noteOf(
  attempt: AttemptId,
  lease: LeaseRecord,
  error: string,
  context: RecoveryContext,
): AttemptNote {
  return { attempt, worker: lease.worker, at: context.at, kind: "transient", error };
}

function kept(markers: Markers): { reconvert?: TodoRecord["reconvert"] } {
  const reconvert = reconvertOf(markers);
  return reconvert ? { reconvert } : {};
}

function putDead(record: DeadRecord): Write {
  return { kind: "put", to: { state: "dead" }, record };
}
