/** What rules decide: marker writes, performed in order. The lease is deleted after the last. */
import type { Version } from "../../store/object_store.ts";
import type { DeadRecord, FailedRecord, Markers, Place, TodoRecord } from "../records.ts";
import type { Priority } from "../job.ts";

export type Write =
  | { kind: "put"; to: { state: "todo"; priority: Priority }; record: TodoRecord }
  | { kind: "put"; to: { state: "failed" }; record: FailedRecord }
  | { kind: "put"; to: { state: "dead" }; record: DeadRecord }
  | { kind: "delete"; at: Place }
  /** Only `remove` takes these away. */
  | { kind: "delete-data" };

/** The todos in the order of urgency, each with its marker. */
export type Todo = Markers["todos"][number];

/** The result that is there for good: no marker asks to replace it. */
export function isDone(markers: Markers): boolean {
  return markers.out !== null && reconvertOf(markers) !== markers.out;
}

/** The result that some marker asks to replace, if it is the one that is there. */
export function reconvertOf(markers: Markers): Version | undefined {
  const { todos, failed, dead, out } = markers;
  const named = [...todos.map((todo) => todo.record), failed?.record, dead?.record]
    .map((record) => record?.reconvert);
  return out !== null && named.includes(out) ? out : undefined;
}

/** Deletes every marker that is there, todos first. */
export function deleteAll(markers: Markers): Write[] {
  return [...deleteTodos(markers), ...deleteFailed(markers), ...deleteDead(markers)];
}

/** Deletes the todos, but for the one at `kept`. */
export function deleteTodos(markers: Markers, kept?: Priority): Write[] {
  return markers.todos
    .filter((todo) => todo.priority !== kept)
    .map((todo) => ({ kind: "delete", at: { state: "todo", priority: todo.priority } }));
}

export function deleteFailed(markers: Markers): Write[] {
  return markers.failed ? [{ kind: "delete", at: { state: "failed" } }] : [];
}

export function deleteDead(markers: Markers): Write[] {
  return markers.dead ? [{ kind: "delete", at: { state: "dead" } }] : [];
}

/** A put of a todo marker; fields that are undefined are left out of the JSON. */
export function putTodo(priority: Priority, record: TodoRecord): Write {
  return { kind: "put", to: { state: "todo", priority }, record };
}

/**
 * The todo that knows most of its job. Of two, one is the other's copy at a new
 * priority, or comes from a late ingest and knows nothing: its zero retries and
 * its missing `reconvert` must not win.
 */
export function fullest(markers: Markers): Todo | undefined {
  return markers.todos.reduce<Todo | undefined>(
    (best, todo) => best === undefined || isFuller(todo, best, markers) ? todo : best,
    undefined,
  );
}

/**
 * One todo at `to` that knows what all of them know (or those that count); the
 * others are deleted. Nothing where none is.
 */
export function gatherTodos(
  markers: Markers,
  to: Priority,
  counting: Todo[] = markers.todos,
): Write[] {
  const best = fullest({ ...markers, todos: counting });
  if (best === undefined) return [];
  const there = counting.find((todo) => todo.priority === to);
  const isKept = there !== undefined && !isFuller(best, there, markers);
  return [...(isKept ? [] : [putTodo(to, best.record)]), ...deleteTodos(markers, to)];
}

function isFuller(one: Todo, other: Todo, markers: Markers): boolean {
  const asks = (todo: Todo) => markers.out !== null && todo.record.reconvert === markers.out;
  if (asks(one) !== asks(other)) return asks(one);
  if (one.record.retries !== other.record.retries) {
    return one.record.retries > other.record.retries;
  }
  return one.record.after !== undefined && other.record.after === undefined;
}
