import assert from "node:assert/strict";
import fc from "fast-check";
import { PRIORITIES } from "../../../../src/queue/job.ts";
import type { Move } from "../../../../src/queue/records.ts";
import { moveWrites } from "../../../../src/queue/rules/moves.ts";
import { finishWork } from "../../../../src/queue/rules/recovery.ts";
import type { Write } from "../../../../src/queue/rules/writes.ts";
import {
  afterWrites,
  assertSound,
  dead,
  failed,
  id,
  lease,
  markers,
  type State,
  version,
} from "../../../support/sim_markers.ts";

const priority = fc.constantFrom(...PRIORITIES);
const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const plain = { noNullPrototype: true } as const;
/** `A` is the lease's own attempt, `M` the mover's. */
const attempt = some(fc.constantFrom("A", "B", "M").map(id));
const retries = fc.integer({ min: 0, max: 5 });
const out = fc.option(fc.constant(version("v1")));
const bare = { retries: 0 };

/** Markers in every mixture, more of them than can stand together; all want the same result replaced, or none. */
const anyState: fc.Arbitrary<State> = some(fc.constantFrom("v0", "v1").map(version)).chain((
  reconvert,
) => {
  const todo = fc.oneof(
    fc.record({ retries, after: attempt, reconvert: fc.constant(reconvert) }, plain),
    fc.constant(bare),
  );
  return fc.record({
    todos: fc.dictionary(priority, todo, { maxKeys: 3, noNullPrototype: true }),
    failed: fc.option(
      fc.record({ attempt, retries, priority }, plain)
        .map((fields) => failed({ ...fields, reconvert })),
    ),
    dead: fc.option(
      fc.record({ attempt, total_retries: retries }, plain)
        .map((fields) => dead({ ...fields, reconvert })),
    ),
    out,
    hasSource: fc.constant(true),
  }, plain);
});

const asking = { retries: 1, reconvert: version("v1") };
/** A job that waits for its second conversion in some place, maybe beside the bare todo of a late ingest. */
const askingState: fc.Arbitrary<State> = fc.record({
  own: fc.constantFrom<Partial<State>>(
    { todos: { "3_normal": asking } },
    { todos: { "2_high": asking, "3_normal": asking } },
    { failed: failed({ ...asking, attempt: id("A") }) },
    { failed: failed({ ...asking, attempt: id("B") }) },
    { dead: dead({ reconvert: asking.reconvert, attempt: id("A") }) },
    { dead: dead({ reconvert: asking.reconvert, attempt: id("B") }) },
  ),
  late: fc.option(fc.constantFrom("1_critical" as const, "5_background" as const)),
}).map(({ own, late }) => ({
  todos: { ...own.todos, ...(late ? { [late]: { retries: 0 } } : {}) },
  failed: own.failed ?? null,
  dead: own.dead ?? null,
  out: version("v1"),
  hasSource: true,
}));

const anyLease = fc.record({
  cancel: some(fc.boolean()),
  handed_back: some(fc.boolean()),
  priority_to: some(priority),
  retries,
}).map((fields) => lease(fields));

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  fc.constantFrom<Move>(
    { kind: "requeue" },
    { kind: "cancel" },
    { kind: "tidy" },
    { kind: "remove" },
  ),
  priority.map((priority): Move => ({ kind: "reprioritize", priority })),
  priority.map((priority): Move => ({ kind: "reconvert", priority })),
  priority.map((priority): Move => ({ kind: "restore", priority })),
  fc.record({ priority: some(priority), reset_retries: fc.boolean() })
    .map((fields): Move => ({ kind: "retry", ...fields })),
);

/** Whatever part of the decision was written: deciding again from there comes to the same end. */
function assertRepeatable(from: State, decide: (state: State) => Write[]): void {
  const writes = decide(from);
  assertSound(writes);
  const end = afterWrites(from, writes);
  for (let written = 0; written <= writes.length; written++) {
    const half = afterWrites(from, writes.slice(0, written));
    const again = decide(half);
    assertSound(again);
    assert.deepEqual(afterWrites(half, again), end, `after ${written} of ${writes.length} writes`);
  }
}

function assertSomewhere(from: State, end: State, writes: readonly Write[]): void {
  const count = ({ todos, failed, dead, out }: State) =>
    Object.keys(todos).length + Number(failed !== null) + Number(dead !== null) +
    Number(out !== null);
  if (count(from) === 0) return;
  for (let written = 0; written <= writes.length; written++) {
    assert.ok(count(afterWrites(from, writes.slice(0, written))) > 0, "in no place");
  }
  assert.ok(count(end) > 0);
}

Deno.test("finishWork() comes to one end, however often it dies on the way", () => {
  fc.assert(
    fc.property(anyState, anyLease, (from, held) => {
      const decide = (state: State) =>
        finishWork(held, markers(state), { maxRetries: 3, at: 5000 });
      assertRepeatable(from, decide);
      const writes = decide(from);
      assertSomewhere(from, afterWrites(from, writes), writes);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("every move comes to one end, however often it dies on the way", () => {
  fc.assert(
    fc.property(anyState, anyMove, (from, move) => {
      const decide = (state: State) =>
        moveWrites(move, markers(state), { attempt: id("M"), at: 5000, maxRetries: 3 });
      assertRepeatable(from, decide);
      const writes = decide(from);
      if (move.kind !== "remove") assertSomewhere(from, afterWrites(from, writes), writes);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("no rule forgets a wish to replace the result that is there", () => {
  const names = ({ todos, failed, dead, out }: State) =>
    out !== null &&
    [...Object.values(todos), failed, dead].some((record) => record?.reconvert === out);
  fc.assert(
    fc.property(askingState, anyLease, anyMove, (from, held, move) => {
      if (move.kind === "remove") return;
      const context = { attempt: id("M"), maxRetries: 3, at: 5000 };
      for (
        const writes of [
          finishWork(held, markers(from), context),
          moveWrites(move, markers(from), context),
        ]
      ) {
        for (let written = 0; written <= writes.length; written++) {
          assert.ok(names(afterWrites(from, writes.slice(0, written))));
        }
      }
    }),
    { numRuns: 5000 },
  );
});
