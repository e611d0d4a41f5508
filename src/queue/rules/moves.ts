/**
 * The table of moves: what is there -> the writes. Pure. Every move first writes
 * the new marker and then deletes the old one, and finds its own traces when it
 * is run again after a crash, so repeating it gives the same end.
 */
import type { AttemptId, ErrorKind, Priority } from "../job.ts";
import type { DeadRecord, FailedRecord, Markers, Move, TodoRecord } from "../records.ts";
import { sameAttempt } from "./attempts.ts";
import { attemptHistory, clip } from "./history.ts";
import { verdict } from "./retry.ts";
import {
  deleteAll,
  deleteDead,
  deleteFailed,
  deleteTodos,
  fullest,
  gatherTodos,
  isDone,
  putTodo,
  type Write,
} from "./writes.ts";

/** How an attempt ended that did not give a result. */
export type Failure = {
  attempt: AttemptId;
  worker: string;
  kind: ErrorKind;
  /** Short word for `reason` of a dead letter: "encrypted", "damaged", ... */
  reason: string;
  error: string;
  /** Store time at which the attempt ended. */
  at: number;
  /** Pause before the retry. */
  backoffMs: number;
};

/** fail, or bury where no retry can help or none is left. `todo` is what the claim read. */
export function failWrites(
  todo: TodoRecord,
  priority: Priority,
  markers: Markers,
  failure: Failure,
  maxRetries: number,
): Write[] {
  const end = verdict(failure.kind, todo.retries, maxRetries);
  const { attempt, kind, worker } = failure;
  const error = clip(failure.error);
  const attempts = attemptHistory(todo.attempts, { attempt, worker, at: failure.at, kind, error });
  const reconvert = todo.reconvert ? { reconvert: todo.reconvert } : {};
  if (end !== "retry") {
    const record: DeadRecord = {
      error,
      moved_to_dead_at: new Date(failure.at).toISOString(),
      total_retries: todo.retries + 1,
      reason: end === "retries-exhausted" ? end : failure.reason,
      attempt,
      kind,
      priority,
      attempts,
      ...reconvert,
    };
    return [
      { kind: "put", to: { state: "dead" }, record },
      ...deleteTodos(markers),
      ...deleteFailed(markers),
    ];
  }
  const record: FailedRecord = {
    error,
    worker,
    failed_at: new Date(failure.at).toISOString(),
    timestamp: failure.at,
    retries: todo.retries,
    priority,
    attempt,
    kind,
    not_before: failure.at + failure.backoffMs as FailedRecord["not_before"],
    attempts,
    ...reconvert,
  };
  // A dead letter beside the todo (a late ingest revived the job) is over too.
  return [
    { kind: "put", to: { state: "failed" }, record },
    ...deleteTodos(markers),
    ...deleteDead(markers),
  ];
}

/** A cancelled attempt that was running: it is buried and counts as no failure. */
export function buryCancelled(
  todo: TodoRecord,
  priority: Priority,
  markers: Markers,
  attempt: AttemptId,
  at: number,
): Write[] {
  const record = cancelledRecord(todo, priority, attempt, at);
  return [
    { kind: "put", to: { state: "dead" }, record },
    ...deleteTodos(markers),
    ...deleteFailed(markers),
  ];
}

export type MoveContext = {
  /** Id of the lease that the move runs under. */
  attempt: AttemptId;
  at: number;
  maxRetries: number;
};

/** The writes of one move on what is there now. Empty: nothing (more) to do. */
export function moveWrites(move: Move, markers: Markers, context: MoveContext): Write[] {
  if (move.kind === "remove") return [...deleteAll(markers), { kind: "delete-data" }];
  if (move.kind === "reconvert") return reconvert(move.priority, markers, context);
  if (isDone(markers)) return deleteAll(markers);
  switch (move.kind) {
    case "tidy":
      return [];
    case "requeue":
      return requeue(markers, context);
    case "retry":
      return retry(move, markers, context);
    case "cancel":
      return cancel(markers, context);
    case "reprioritize":
      return reprioritize(move.priority, markers);
    case "restore":
      return restore(move.priority, markers, context);
  }
}

/** F -> T, one more failed attempt; a dead letter if the limit was lowered meanwhile, or the original wrote too many. */
function requeue(markers: Markers, context: MoveContext): Write[] {
  const { failed, dead, todos } = markers;
  if (failed === null) return [];
  if (dead && sameAttempt(dead.record.attempt, failed.record.attempt)) {
    return [...deleteTodos(markers), ...deleteFailed(markers)];
  }
  const { record } = failed;
  const counted = todos.find((todo) => sameAttempt(todo.record.after, record.attempt));
  if (counted) return [...deleteTodos(markers, counted.priority), ...deleteFailed(markers)];
  // The caller saw a failure that was due; this one may be a later one.
  if ((record.not_before ?? 0) > context.at) return [];
  if (record.retries + 1 > context.maxRetries) {
    const buried = deadFromFailed(record, context);
    return [
      { kind: "put", to: { state: "dead" }, record: buried },
      ...deleteTodos(markers),
      ...deleteFailed(markers),
    ];
  }
  const to = todos[0]?.priority ?? record.priority;
  return [
    putTodo(to, todoFromFailed(record, record.retries + 1, context.at)),
    ...deleteTodos(markers, to),
    ...deleteFailed(markers),
  ];
}

/** A person's retry, of a dead letter or of a failure that still waits. */
function retry(
  move: Extract<Move, { kind: "retry" }>,
  markers: Markers,
  context: MoveContext,
): Write[] {
  const { failed, dead, todos } = markers;
  const source = dead?.record ?? failed?.record;
  if (source === undefined) return [];
  const last = dead ? dead.record.attempt : failed?.record.attempt;
  const counted = todos.find((todo) => sameAttempt(todo.record.after, last));
  if (counted) {
    return [
      ...deleteTodos(markers, counted.priority),
      ...deleteFailed(markers),
      ...deleteDead(markers),
    ];
  }
  const to = move.priority ?? todos[0]?.priority ?? source.priority ?? "3_normal";
  const so_far = dead ? dead.record.total_retries : failed!.record.retries + 1;
  const record: TodoRecord = {
    ...(failed && !dead
      ? todoFromFailed(failed.record, so_far, context.at)
      : todoAfter(dead!.record, "dead_letter", so_far, context.at)),
    retries: move.reset_retries ? 0 : so_far,
  };
  return [
    putTodo(to, record),
    ...deleteTodos(markers, to),
    ...deleteFailed(markers),
    ...deleteDead(markers),
  ];
}

/** T or F -> D. A dead letter that is there already stays as it is. */
function cancel(markers: Markers, context: MoveContext): Write[] {
  const { failed, dead } = markers;
  const rest = [...deleteTodos(markers), ...deleteFailed(markers)];
  if (dead) return rest;
  const todo = fullest(markers);
  const source = failed
    ? todoFromFailed(failed.record, failed.record.retries + 1, context.at)
    : todo?.record;
  if (source === undefined) return [];
  const priority = failed?.record.priority ?? todo!.priority;
  const record = cancelledRecord(source, priority, context.attempt, context.at);
  return [{ kind: "put", to: { state: "dead" }, record }, ...rest];
}

function reprioritize(to: Priority, markers: Markers): Write[] {
  const { failed, todos } = markers;
  if (todos.length > 0) return gatherTodos(markers, to);
  if (failed === null || failed.record.priority === to) return [];
  return [{ kind: "put", to: { state: "failed" }, record: { ...failed.record, priority: to } }];
}

/** Asks for a new result in the place of just this one. */
function reconvert(priority: Priority, markers: Markers, context: MoveContext): Write[] {
  const { out, todos } = markers;
  if (out === null) return [];
  const asked = todos.find((todo) => todo.record.reconvert === out);
  const to = asked?.priority ?? todos[0]?.priority ?? priority;
  const record: TodoRecord = { retries: 0, queued_at: context.at, reconvert: out };
  const rest = [...deleteTodos(markers, to), ...deleteFailed(markers), ...deleteDead(markers)];
  return asked ? rest : [putTodo(to, record), ...rest];
}

/** A job that is in no place, though its source is there: back into the queue. */
function restore(priority: Priority, markers: Markers, context: MoveContext): Write[] {
  const { failed, dead, todos } = markers;
  if (failed || dead || todos.length > 0 || !markers.hasSource) return [];
  return [putTodo(priority, { retries: 0, queued_at: context.at, recovered_from: "deep_sweep" })];
}

function todoFromFailed(failed: FailedRecord, retries: number, at: number): TodoRecord {
  return todoAfter(failed, "failed_queue", retries, at);
}

/** What waits again after an attempt that ended: it keeps that attempt's id, and its history. */
function todoAfter(
  ended: FailedRecord | DeadRecord,
  from: string,
  retries: number,
  at: number,
): TodoRecord {
  return {
    retries,
    queued_at: at,
    last_error: ended.error,
    recovered_from: from,
    ...(ended.attempt ? { after: ended.attempt } : {}),
    ...(ended.kind ? { last_kind: ended.kind } : {}),
    ...carried(ended),
  };
}

/** What every marker of a job takes over from the one before. */
function carried(
  before: TodoRecord | FailedRecord | DeadRecord,
): Pick<TodoRecord, "reconvert" | "attempts"> {
  return {
    ...(before.reconvert ? { reconvert: before.reconvert } : {}),
    ...(before.attempts ? { attempts: before.attempts } : {}),
  };
}

function deadFromFailed(failed: FailedRecord, context: MoveContext): DeadRecord {
  return {
    error: failed.error,
    moved_to_dead_at: new Date(context.at).toISOString(),
    total_retries: failed.retries + 1,
    reason: "retries-exhausted",
    priority: failed.priority,
    ...(failed.attempt ? { attempt: failed.attempt } : {}),
    ...(failed.kind ? { kind: failed.kind } : {}),
    ...carried(failed),
  };
}

function cancelledRecord(
  todo: TodoRecord,
  priority: Priority,
  attempt: AttemptId,
  at: number,
): DeadRecord {
  return {
    error: "cancelled",
    moved_to_dead_at: new Date(at).toISOString(),
    total_retries: todo.retries,
    reason: "cancelled",
    attempt,
    priority,
    ...carried(todo),
  };
}
