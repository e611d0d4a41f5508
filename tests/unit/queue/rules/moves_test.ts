import assert from "node:assert/strict";
import type { Move } from "../../../../src/queue/records.ts";
import {
  buryCancelled,
  type Failure,
  failWrites,
  moveWrites,
} from "../../../../src/queue/rules/moves.ts";
import {
  assertSound,
  dead,
  failed,
  id,
  markers,
  putRecord,
  type State,
  version,
  words,
} from "../../../support/sim_markers.ts";

const context = { attempt: id("M"), at: 5000, maxRetries: 3 };
const failure: Failure = {
  attempt: id("A"),
  worker: "gpu-1",
  kind: "transient",
  reason: "odd",
  error: "it\nbroke",
  at: 5000,
  backoffMs: 700,
};

function run(move: Move, from: Partial<State>) {
  const writes = moveWrites(move, markers(from), context);
  assertSound(writes);
  return writes;
}

function fail(todo: { retries: number; reconvert?: ReturnType<typeof version> }, kind = failure) {
  const from = markers({ todos: { "3_normal": todo } });
  const writes = failWrites(todo, "3_normal", from, kind, 3);
  assertSound(writes);
  return writes;
}

Deno.test("fail puts F and then deletes T", () => {
  const writes = fail({ retries: 1 });
  assert.deepEqual(words(writes), ["put F", "delete T3"]);
  const { retries, attempt, not_before, error } = putRecord(writes);
  assert.deepEqual({ retries, attempt, not_before, error }, {
    retries: 1,
    attempt: "A",
    not_before: 5700,
    error: "it broke",
  });
});

Deno.test("fail buries when no retry is left, and at once what no retry can help", () => {
  const exhausted = fail({ retries: 3 });
  assert.deepEqual(words(exhausted), ["put D", "delete T3"]);
  assert.equal(putRecord(exhausted).reason, "retries-exhausted");
  assert.equal(putRecord(exhausted).total_retries, 4);
  for (const kind of ["poison", "unreadable"] as const) {
    const writes = fail({ retries: 0 }, { ...failure, kind, reason: "encrypted" });
    assert.equal(putRecord(writes).reason, "encrypted");
  }
});

Deno.test("fail keeps reconvert, in F and in D", () => {
  const reconvert = version("v1");
  assert.equal(putRecord(fail({ retries: 0, reconvert })).reconvert, reconvert);
  assert.equal(putRecord(fail({ retries: 3, reconvert })).reconvert, reconvert);
});

Deno.test("fail leaves no dead letter beside F", () => {
  const todo = { retries: 0 };
  const from = markers({ todos: { "3_normal": todo }, dead: dead() });
  const writes = failWrites(todo, "3_normal", from, failure, 3);
  assert.deepEqual(words(writes), ["put F", "delete T3", "delete D"]);
});

Deno.test("a cancelled attempt is buried and counts as no failure", () => {
  const todo = { retries: 1, reconvert: version("v1") };
  const from = markers({ todos: { "3_normal": todo }, failed: failed() });
  const writes = buryCancelled(todo, "3_normal", from, id("A"), 5000);
  assertSound(writes);
  assert.deepEqual(words(writes), ["put D", "delete T3", "delete F"]);
  const { total_retries, reason, attempt, reconvert } = putRecord(writes);
  assert.deepEqual({ total_retries, reason, attempt, reconvert }, {
    total_retries: 1,
    reason: "cancelled",
    attempt: "A",
    reconvert: "v1",
  });
});

Deno.test("requeue counts the failure, keeps what is known, and deletes F last", () => {
  const from = {
    failed: failed({ attempt: id("A"), retries: 1, kind: "resource", priority: "4_low" }),
  };
  const writes = run({ kind: "requeue" }, from);
  assert.deepEqual(words(writes), ["put T4", "delete F"]);
  const { retries, after, last_kind } = putRecord(writes);
  assert.deepEqual({ retries, after, last_kind }, {
    retries: 2,
    after: "A",
    last_kind: "resource",
  });
});

Deno.test("requeue run again finds its own todo and only deletes F", () => {
  const from = {
    failed: failed({ attempt: id("A") }),
    todos: { "3_normal": { retries: 1, after: id("A") } },
  };
  assert.deepEqual(words(run({ kind: "requeue" }, from)), ["delete F"]);
});

Deno.test("requeue of an old failure, which has no id, gives the same todo when it is run again", () => {
  const from = { failed: failed({ retries: 1 }), todos: { "3_normal": { retries: 2 } } };
  const writes = run({ kind: "requeue" }, from);
  assert.deepEqual(words(writes), ["put T3", "delete F"]);
  assert.equal(putRecord(writes).retries, 2);
});

Deno.test("requeue buries what the limit forbids, and finds that again", () => {
  const tooMany = failed({ attempt: id("A"), retries: 3 });
  const writes = run({ kind: "requeue" }, { failed: tooMany });
  assert.deepEqual(words(writes), ["put D", "delete F"]);
  assert.equal(putRecord(writes).total_retries, 4);
  const again = { failed: tooMany, dead: dead({ attempt: id("A") }) };
  assert.deepEqual(words(run({ kind: "requeue" }, again)), ["delete F"]);
});

Deno.test("requeue judges under its lease whether the pause is over", () => {
  const not_before = 5001 as NonNullable<ReturnType<typeof failed>["not_before"]>;
  assert.deepEqual(run({ kind: "requeue" }, { failed: failed({ not_before }) }), []);
});

Deno.test("requeue beside a result deletes F; with nothing there it does nothing", () => {
  const from = { failed: failed(), out: version("v1") };
  assert.deepEqual(words(run({ kind: "requeue" }, from)), ["delete F"]);
  assert.deepEqual(run({ kind: "requeue" }, {}), []);
});

const retry = (fields: Partial<Extract<Move, { kind: "retry" }>> = {}): Move => ({
  kind: "retry",
  reset_retries: false,
  ...fields,
});

Deno.test("retry brings a dead letter back, with its failures or without", () => {
  const from = { dead: dead({ attempt: id("A"), priority: "2_high", reconvert: version("v") }) };
  const kept = run(retry(), from);
  assert.deepEqual(words(kept), ["put T2", "delete D"]);
  const { retries, after, reconvert } = putRecord(kept);
  assert.deepEqual({ retries, after, reconvert }, { retries: 3, after: "A", reconvert: "v" });
  assert.equal(putRecord(run(retry({ reset_retries: true }), from)).retries, 0);
  assert.deepEqual(words(run(retry({ priority: "1_critical" }), from)), ["put T1", "delete D"]);
});

Deno.test("retry brings a failure back before its time, and counts it", () => {
  const writes = run(retry(), { failed: failed({ attempt: id("A"), retries: 1 }) });
  assert.deepEqual(words(writes), ["put T3", "delete F"]);
  assert.equal(putRecord(writes).retries, 2);
});

Deno.test("retry run again keeps its own todo and deletes the sources", () => {
  const from = {
    dead: dead({ attempt: id("A") }),
    failed: failed(),
    todos: { "1_critical": { retries: 0 }, "3_normal": { retries: 0, after: id("A") } },
  };
  assert.deepEqual(words(run(retry(), from)), ["delete T1", "delete F", "delete D"]);
  assert.deepEqual(run(retry(), { todos: { "3_normal": { retries: 0 } } }), []);
});

Deno.test("cancel buries what waits: a todo as it is, a failure with its count", () => {
  const todo = run({ kind: "cancel" }, { todos: { "3_normal": { retries: 1 } } });
  assert.deepEqual(words(todo), ["put D", "delete T3"]);
  assert.equal(putRecord(todo).total_retries, 1);
  assert.equal(putRecord(todo).reason, "cancelled");
  const waiting = run({ kind: "cancel" }, { failed: failed({ retries: 1 }) });
  assert.deepEqual(words(waiting), ["put D", "delete F"]);
  assert.equal(putRecord(waiting).total_retries, 2);
});

Deno.test("cancel run again, or of a dead letter, only clears up", () => {
  const from = { dead: dead(), todos: { "3_normal": { retries: 1 } } };
  assert.deepEqual(words(run({ kind: "cancel" }, from)), ["delete T3"]);
  assert.deepEqual(run({ kind: "cancel" }, {}), []);
});

Deno.test("reprioritize copies the todo, then deletes the old one", () => {
  const todo = { retries: 2, after: id("A"), reconvert: version("v") };
  const move: Move = { kind: "reprioritize", priority: "1_critical" };
  const writes = run(move, { todos: { "3_normal": todo }, out: version("v") });
  assert.deepEqual(words(writes), ["put T1", "delete T3"]);
  assert.deepEqual(putRecord(writes), todo);
  const again = { todos: { "3_normal": todo, "1_critical": todo } };
  assert.deepEqual(words(run(move, again)), ["delete T3"]);
  assert.deepEqual(run(move, { todos: { "1_critical": todo } }), []);
});

Deno.test("reprioritize onto a late ingest's todo keeps what the job's own one knows", () => {
  const todo = { retries: 2, after: id("A") };
  const move: Move = { kind: "reprioritize", priority: "1_critical" };
  const writes = run(move, { todos: { "3_normal": todo, "1_critical": { retries: 0 } } });
  assert.deepEqual(words(writes), ["put T1", "delete T3"]);
  assert.deepEqual(putRecord(writes), todo);
});

Deno.test("reprioritize of a failure changes where it will wait", () => {
  const move: Move = { kind: "reprioritize", priority: "1_critical" };
  const writes = run(move, { failed: failed({ attempt: id("A") }) });
  assert.deepEqual(words(writes), ["put F"]);
  assert.equal(putRecord(writes).priority, "1_critical");
  assert.equal(putRecord(writes).attempt, "A");
  assert.deepEqual(run(move, { failed: failed({ priority: "1_critical" }) }), []);
  assert.deepEqual(run(move, { dead: dead() }), []);
});

Deno.test("reconvert asks for a new result in the place of just the one that is there", () => {
  const move: Move = { kind: "reconvert", priority: "2_high" };
  const writes = run(move, { out: version("v1"), dead: dead() });
  assert.deepEqual(words(writes), ["put T2", "delete D"]);
  assert.equal(putRecord(writes).reconvert, "v1");
  const again = {
    out: version("v1"),
    todos: { "2_high": { retries: 1, reconvert: version("v1") } },
    dead: dead(),
  };
  assert.deepEqual(words(run(move, again)), ["delete D"]);
  assert.deepEqual(run(move, {}), []);
});

Deno.test("tidy deletes markers beside a result that they do not name, and nothing else", () => {
  const beside = { out: version("v"), failed: failed(), dead: dead() };
  assert.deepEqual(words(run({ kind: "tidy" }, beside)), ["delete F", "delete D"]);
  const named = { out: version("v"), failed: failed({ reconvert: version("v") }) };
  assert.deepEqual(run({ kind: "tidy" }, named), []);
  assert.deepEqual(run({ kind: "tidy" }, { dead: dead() }), []);
});

Deno.test("restore puts back only what is in no place and has a source", () => {
  const move: Move = { kind: "restore", priority: "3_normal" };
  assert.deepEqual(words(run(move, {})), ["put T3"]);
  assert.deepEqual(run(move, { hasSource: false }), []);
  assert.deepEqual(run(move, { out: version("v") }), []);
  assert.deepEqual(run(move, { dead: dead() }), []);
  assert.deepEqual(run(move, { failed: failed() }), []);
  assert.deepEqual(run(move, { todos: { "5_background": { retries: 0 } } }), []);
});

Deno.test("remove deletes the markers and then the data, whatever is there", () => {
  const from = {
    out: version("v"),
    todos: { "3_normal": { retries: 0 } },
    failed: failed(),
    dead: dead(),
  };
  const writes = words(run({ kind: "remove" }, from));
  assert.deepEqual(writes, ["delete T3", "delete F", "delete D", "delete data"]);
  assert.deepEqual(words(run({ kind: "remove" }, {})), ["delete data"]);
});

Deno.test("every other move beside a result only tidies", () => {
  const moves: Move[] = [
    { kind: "requeue" },
    retry(),
    { kind: "cancel" },
    { kind: "reprioritize", priority: "1_critical" },
  ];
  for (const move of moves) {
    const from = { out: version("v"), dead: dead(), todos: { "3_normal": { retries: 0 } } };
    assert.deepEqual(words(run(move, from)), ["delete T3", "delete D"], move.kind);
  }
});
