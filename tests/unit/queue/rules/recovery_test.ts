import assert from "node:assert/strict";
import type { LeaseRecord } from "../../../../src/queue/records.ts";
import { finishWork } from "../../../../src/queue/rules/recovery.ts";
import {
  assertSound,
  dead,
  failed,
  id,
  lease,
  markers,
  putRecord,
  type State,
  version,
  words,
} from "../../../support/sim_markers.ts";

const context = { maxRetries: 3, at: 5000 };

function finish(held: Partial<LeaseRecord>, from: Partial<State>, maxRetries = 3) {
  const writes = finishWork(lease(held), markers(from), { ...context, maxRetries });
  assertSound(writes);
  return writes;
}

Deno.test("finishWork() deletes every marker beside a result that none of them names", () => {
  const all = {
    out: version("v1"),
    todos: { "1_critical": { retries: 0 }, "3_normal": { retries: 1, reconvert: version("v0") } },
    failed: failed(),
    dead: dead(),
  };
  assert.deepEqual(words(finish({}, all)), ["delete T1", "delete T3", "delete F", "delete D"]);
});

Deno.test("finishWork() leaves a failure that bears the attempt, and deletes the rest", () => {
  const from = { failed: failed({ attempt: id("A") }), todos: { "3_normal": { retries: 0 } } };
  assert.deepEqual(words(finish({}, from)), ["delete T3"]);
});

Deno.test("finishWork() leaves a dead letter that bears the attempt, and deletes the rest", () => {
  const from = {
    dead: dead({ attempt: id("A") }),
    failed: failed({ attempt: id("Z") }),
    todos: { "3_normal": { retries: 0 } },
  };
  assert.deepEqual(words(finish({}, from)), ["delete T3", "delete F"]);
});

Deno.test("finishWork() knows the failure of an old worker, though a recovery named its lease", () => {
  const from = {
    failed: failed({ worker: "old", timestamp: 1500 }),
    todos: { "3_normal": { retries: 0 } },
  };
  const old = { worker: "old", started: 1000 };
  assert.deepEqual(words(finish({ ...old, attempt: undefined }, from)), ["delete T3"]);
  assert.deepEqual(words(finish({ ...old, attempt: id("legacy:old:1000") }, from)), ["delete T3"]);
});

Deno.test("finishWork() counts an attempt that died without a word", () => {
  const from = { todos: { "3_normal": { retries: 1, last_error: "before" } } };
  const writes = finish({}, from);
  assert.deepEqual(words(writes), ["put T3"]);
  const { retries, after, attempts, reconvert } = putRecord(writes);
  assert.deepEqual({ retries, after, reconvert }, { retries: 2, after: "A", reconvert: undefined });
  assert.equal((attempts as { attempt: string }[]).at(-1)?.attempt, "A");
});

Deno.test("finishWork() does not count it again when the first recovery died too", () => {
  const from = { todos: { "3_normal": { retries: 2, after: id("A") } } };
  assert.deepEqual(finish({}, from), []);
});

Deno.test("finishWork() counts an attempt after another's count", () => {
  const from = { todos: { "3_normal": { retries: 2, after: id("B") } } };
  assert.equal(putRecord(finish({}, from)).retries, 3);
});

Deno.test("finishWork() buries when no retry is left", () => {
  const from = { todos: { "3_normal": { retries: 3 } }, failed: failed({ attempt: id("Z") }) };
  const writes = finish({}, from);
  assert.deepEqual(words(writes), ["put D", "delete T3", "delete F"]);
  const { reason, total_retries, attempt } = putRecord(writes);
  assert.deepEqual({ reason, total_retries, attempt }, {
    reason: "retries-exhausted",
    total_retries: 4,
    attempt: "A",
  });
});

Deno.test("finishWork() counts at the priority that a message asked for", () => {
  const from = { todos: { "3_normal": { retries: 0 } } };
  assert.deepEqual(words(finish({ priority_to: "1_critical" }, from)), ["put T1", "delete T3"]);
  const again = {
    todos: { "3_normal": { retries: 0 }, "1_critical": { retries: 1, after: id("A") } },
  };
  assert.deepEqual(words(finish({ priority_to: "1_critical" }, again)), ["delete T3"]);
});

Deno.test("finishWork() obeys a reprioritize that came after the count", () => {
  const from = { todos: { "3_normal": { retries: 1, after: id("A") } } };
  const writes = finish({ priority_to: "2_high" }, from);
  assert.deepEqual(words(writes), ["put T2", "delete T3"]);
  assert.equal(putRecord(writes).retries, 1);
});

Deno.test("finishWork() counts nothing for an attempt that was handed back", () => {
  const from = { todos: { "3_normal": { retries: 1 } } };
  assert.deepEqual(finish({ handed_back: true }, from), []);
  const moved = finish({ handed_back: true, priority_to: "4_low" }, from);
  assert.deepEqual(words(moved), ["put T4", "delete T3"]);
  assert.equal(putRecord(moved).retries, 1);
  const both = { todos: { "3_normal": { retries: 1 }, "4_low": { retries: 1 } } };
  assert.deepEqual(words(finish({ handed_back: true, priority_to: "4_low" }, both)), ["delete T3"]);
});

for (
  const [name, from] of Object.entries({
    "work": { todos: { "3_normal": { retries: 1 } } },
    "work that was counted": { todos: { "3_normal": { retries: 1, after: id("A") } } },
    "a recorded failure": { failed: failed({ attempt: id("A"), retries: 0 }) },
    "a todo that an old worker took": {},
  })
) {
  Deno.test(`finishWork() obeys a cancel message: ${name} is buried and not counted (again)`, () => {
    const writes = finish({ cancel: true, handed_back: true, retries: 1 }, from);
    assert.equal(words(writes)[0], "put D");
    const { reason, total_retries, attempt } = putRecord(writes);
    assert.deepEqual({ reason, total_retries, attempt }, {
      reason: "cancelled",
      total_retries: 1,
      attempt: "A",
    });
  });
}

Deno.test("finishWork() keeps reconvert, whichever marker bears it", () => {
  const out = version("v1");
  const from = { out, todos: { "3_normal": { retries: 0, reconvert: out } } };
  assert.equal(putRecord(finish({}, from)).reconvert, out);
  assert.equal(putRecord(finish({ cancel: true }, from)).reconvert, out);
  assert.equal(putRecord(finish({}, from, 0)).reconvert, out);
  const late = {
    out,
    todos: { "1_critical": { retries: 0 }, "3_normal": { retries: 2, reconvert: out } },
  };
  const writes = finish({ handed_back: true }, late);
  assert.deepEqual(words(writes), ["delete T1"]);
});

Deno.test("finishWork() does not let a late ingest's todo wipe out what is known of the job", () => {
  const from = { todos: { "1_critical": { retries: 0 }, "3_normal": { retries: 2 } } };
  const writes = finish({}, from);
  assert.deepEqual(words(writes), ["put T3", "delete T1"]);
  assert.equal(putRecord(writes).retries, 3);
});

Deno.test("finishWork() puts a todo back that an old worker took away, and counts its attempt", () => {
  const writes = finish({ retries: 1, priority: "2_high" }, {});
  assert.deepEqual(words(writes), ["put T2"]);
  assert.equal(putRecord(writes).retries, 2);
  assert.equal(putRecord(writes).after, "A");
  assert.deepEqual(words(finish({ retries: 3 }, {})), ["put D"]);
});

Deno.test("finishWork() adds nothing where the job is safe in another place", () => {
  assert.deepEqual(finish({}, { failed: failed({ attempt: id("B") }) }), []);
  assert.deepEqual(finish({}, { dead: dead({ attempt: id("B") }) }), []);
});

Deno.test("finishWork() does not bring a removed job back", () => {
  assert.deepEqual(finish({}, { hasSource: false }), []);
});
