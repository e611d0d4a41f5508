import assert from "node:assert/strict";
import { closingLine, countTests } from "../../../scripts/lib/test_summary.ts";

Deno.test("countTests() reads the last summary, with colours, steps and ignored tests", () => {
  const output = "ok | 9 passed | 0 failed (1s)\n" +
    "\x1b[31mFAILED\x1b[0m | 2 passed (1 step) | 3 failed (1 step) | 1 ignored \x1b[38;5;245m(97ms)\x1b[0m\n";
  assert.deepEqual(countTests(output, false), { passed: 2, failed: 3, ignored: 1 });
});

Deno.test("countTests() counts a clean run", () => {
  const counts = countTests("ok | 12 passed | 0 failed (54ms)\n", true);
  assert.deepEqual(counts, { passed: 12, failed: 0, ignored: 0 });
  assert.equal(closingLine(counts), "12 passed, 0 failed");
});

Deno.test("countTests() never counts zero failures for a run that failed", () => {
  assert.equal(countTests("", false).failed, 1);
  assert.equal(countTests("ok | 12 passed | 0 failed (54ms)\n", false).failed, 1);
});
