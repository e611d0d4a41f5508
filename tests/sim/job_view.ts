/** One job as the simulated bucket holds it now, read without a request. */
import type { Kept } from "../support/sim_store.ts";
import type { PdfHash, Priority } from "../../src/queue/job.ts";
import { PRIORITIES } from "../../src/queue/job.ts";
import { deadKey, failedKey, leaseKey, outKey, rawKey, todoKey } from "../../src/queue/layout.ts";
import {
  type DeadRecord,
  type FailedRecord,
  type LeaseRecord,
  parseDead,
  parseFailed,
  parseLease,
  parseTodo,
  type TodoRecord,
} from "../../src/queue/records.ts";

export type JobView = {
  lease: LeaseRecord | null;
  todos: { priority: Priority; record: TodoRecord }[];
  failed: FailedRecord | null;
  dead: DeadRecord | null;
  out: Kept | null;
  hasRaw: boolean;
};

const bytes = (kept: Kept) => new TextEncoder().encode(kept.text);

export function viewJob(objects: ReadonlyMap<string, Kept>, hash: PdfHash): JobView {
  const at = (key: string) => objects.get(key) ?? null;
  const [lease, failed, dead] = [at(leaseKey(hash)), at(failedKey(hash)), at(deadKey(hash))];
  return {
    lease: lease && parseLease(bytes(lease)).record,
    todos: PRIORITIES.flatMap((priority) => {
      const todo = at(todoKey(priority, hash));
      return todo ? [{ priority, record: parseTodo(bytes(todo)).record }] : [];
    }),
    failed: failed && parseFailed(bytes(failed)).record,
    dead: dead && parseDead(bytes(dead)).record,
    out: at(outKey(hash)),
    hasRaw: objects.has(rawKey(hash)),
  };
}

/** The failed attempts that the markers tell of. */
export function countedIn(view: JobView): number {
  return Math.max(
    0,
    ...view.todos.map(({ record }) => record.retries),
    view.failed ? view.failed.retries + 1 : 0,
    view.dead?.total_retries ?? 0,
  );
}

/** Some marker asks to replace just the result that is there. */
export function asksToReplace(view: JobView): boolean {
  if (view.out === null) return false;
  const named = [...view.todos.map(({ record }) => record), view.failed, view.dead];
  return named.some((record) => record?.reconvert === view.out!.version);
}

export function markersOf(view: JobView): string[] {
  return [
    ...view.todos.map(({ priority }) => `T ${priority}`),
    ...(view.failed ? ["F"] : []),
    ...(view.dead ? ["D"] : []),
  ];
}
