/** Markers in memory, for tests of the pure rules: short makers, and what writes do to them. */
import assert from "node:assert/strict";
import type { AttemptId, Priority } from "../../src/queue/job.ts";
import type {
  DeadRecord,
  FailedRecord,
  LeaseRecord,
  Markers,
  TodoRecord,
} from "../../src/queue/records.ts";
import type { Write } from "../../src/queue/rules/writes.ts";
import type { Version } from "../../src/store/object_store.ts";
import { HASH } from "./sim_world.ts";

export const id = (text: string) => text as AttemptId;
export const version = (text: string) => text as Version;

export const lease = (fields: Partial<LeaseRecord> = {}): LeaseRecord => ({
  worker: "gpu-1",
  started: 1000,
  last_heartbeat: 2000,
  priority: "3_normal",
  retries: 0,
  attempt: id("A"),
  holder: "h",
  ...fields,
});

export const failed = (fields: Partial<FailedRecord> = {}): FailedRecord => ({
  error: "odd",
  worker: "gpu-1",
  timestamp: 1500,
  retries: 0,
  priority: "3_normal",
  ...fields,
});

export const dead = (fields: Partial<DeadRecord> = {}): DeadRecord => ({
  error: "odd",
  total_retries: 3,
  reason: "retries-exhausted",
  ...fields,
});

export type State = {
  todos: Partial<Record<Priority, TodoRecord>>;
  failed: FailedRecord | null;
  dead: DeadRecord | null;
  out: Version | null;
  hasSource: boolean;
};

export const state = (fields: Partial<State> = {}): State => ({
  todos: {},
  failed: null,
  dead: null,
  out: null,
  hasSource: true,
  ...fields,
});

/** As the program would read it. */
export function markers(from: Partial<State> = {}): Markers {
  const { todos, failed, dead, out, hasSource } = state(from);
  const seen = <R>(record: R) => ({ record, version: version(JSON.stringify(record)) });
  return {
    hash: HASH,
    todos: Object.entries(todos).sort().map(([priority, record]) => ({
      ...seen(record),
      priority: priority as Priority,
    })),
    failed: failed && seen(failed),
    dead: dead && seen(dead),
    out,
    hasSource,
  };
}

/** The state after these writes. */
export function afterWrites(from: State, writes: readonly Write[]): State {
  const next: State = { ...from, todos: { ...from.todos } };
  for (const write of writes) {
    if (write.kind === "delete-data") {
      next.out = null;
      next.hasSource = false;
    } else if (write.kind === "delete") {
      if (write.at.state === "todo") delete next.todos[write.at.priority];
      else next[write.at.state] = null;
    } else if (write.to.state === "todo") {
      next.todos[write.to.priority] = write.record as TodoRecord;
    } else if (write.to.state === "failed") {
      next.failed = write.record as FailedRecord;
    } else {
      next.dead = write.record as DeadRecord;
    }
  }
  return next;
}

/** In words: `put T3`, `delete F`. */
export function words(writes: readonly Write[]): string[] {
  return writes.map((write) => {
    if (write.kind === "delete-data") return "delete data";
    const place = write.kind === "put" ? write.to : write.at;
    const name = place.state === "todo"
      ? `T${place.priority[0]}`
      : { failed: "F", dead: "D" }[place.state];
    return `${write.kind} ${name}`;
  });
}

/** The record of the only put. */
export function putRecord(writes: readonly Write[]): Record<string, unknown> {
  const puts = writes.filter((write) => write.kind === "put");
  assert.equal(puts.length, 1, words(writes).join(", "));
  return puts[0]!.record as Record<string, unknown>;
}

/** What every decision must look like: puts first, and no key both put and deleted. */
export function assertSound(writes: readonly Write[]): void {
  const said = words(writes);
  const lastPut = said.findLastIndex((word) => word.startsWith("put"));
  const firstDelete = said.findIndex((word) => word.startsWith("delete"));
  assert.ok(firstDelete < 0 || lastPut < firstDelete, `put after delete: ${said.join(", ")}`);
  const keys = said.map((word) => word.split(" ")[1]);
  assert.equal(new Set(keys).size, keys.length, `a key twice: ${said.join(", ")}`);
}

/** The job's places, result included. */
export function placesOf({ todos, failed, dead, out }: State): string[] {
  return [
    ...Object.keys(todos).sort().map((priority) => `T${priority[0]}`),
    ...(failed ? ["F"] : []),
    ...(dead ? ["D"] : []),
    ...(out ? ["O"] : []),
  ];
}
