import assert from "node:assert/strict";
import { attemptHistory, clip } from "../../../../src/queue/rules/history.ts";

Deno.test("attemptHistory() adds at the end, and replaces an attempt that is in it", () => {
  const one = attemptHistory(undefined, { attempt: "A", error: "first" });
  const two = attemptHistory(one, { attempt: "B", error: "second" });
  assert.deepEqual(two.map(({ attempt }) => attempt), ["A", "B"]);
  const again = attemptHistory(two, { attempt: "A", error: "again" });
  assert.deepEqual(again.map(({ attempt, error }) => [attempt, error]), [
    ["B", "second"],
    ["A", "again"],
  ]);
});

Deno.test("attemptHistory() stays small, however often a job fails", () => {
  let history = attemptHistory(undefined, { attempt: "0" });
  for (let n = 1; n < 50; n++) {
    history = attemptHistory(history, { attempt: String(n), error: "x".repeat(10_000) });
  }
  assert.equal(history.length, 10);
  assert.equal(history.at(-1)?.attempt, "49");
  assert.ok(JSON.stringify(history).length < 8_000);
});

Deno.test("clip() makes one line of an error", () => {
  assert.equal(clip("  a\n\t b\r\n"), "a b");
  assert.equal(clip("x".repeat(600)).length, 500);
});
