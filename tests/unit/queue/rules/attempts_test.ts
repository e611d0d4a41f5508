import assert from "node:assert/strict";
import { attemptOf, endedBy, sameAttempt } from "../../../../src/queue/rules/attempts.ts";
import { failed, id, lease } from "../../../support/sim_markers.ts";

const old = lease({ attempt: undefined, worker: "old-1", started: 1000 });

Deno.test("attemptOf() names an old lease after its worker and start, the same every time", () => {
  assert.equal(attemptOf(lease()), "A");
  assert.equal(attemptOf(old), "legacy:old-1:1000");
  assert.equal(attemptOf({ ...old, attempt: attemptOf(old) }), "legacy:old-1:1000");
});

Deno.test("endedBy() goes by the attempt's id where there is one", () => {
  assert.equal(endedBy(lease(), failed({ attempt: id("A") })), true);
  assert.equal(endedBy(lease(), failed({ attempt: id("B") })), false);
  assert.equal(endedBy(lease({ worker: "w" }), failed({ worker: "w", timestamp: 9999 })), false);
});

Deno.test("endedBy() knows an old failure by worker and time", () => {
  assert.equal(endedBy(old, failed({ worker: "old-1", timestamp: 1000 })), true);
  assert.equal(endedBy(old, failed({ worker: "old-1", timestamp: 999 })), false);
  assert.equal(endedBy(old, failed({ worker: "old-2", timestamp: 1500 })), false);
});

Deno.test("endedBy() still knows it when a recovery has written the old lease's id into it", () => {
  const taken = { ...old, attempt: attemptOf(old), holder: "new" };
  assert.equal(endedBy(taken, failed({ worker: "old-1", timestamp: 1500 })), true);
});

Deno.test("sameAttempt() never takes two missing ids for one", () => {
  assert.equal(sameAttempt(undefined, undefined), false);
  assert.equal(sameAttempt(id("A"), id("A")), true);
  assert.equal(sameAttempt(id("A"), undefined), false);
});
