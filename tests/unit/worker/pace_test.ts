import assert from "node:assert/strict";
import { Pace } from "../../../src/worker/pace.ts";

/** Random numbers at their upper end: the whole of every pause. */
const random = { next: () => 1, int: () => 0, id: () => "" };
const pace = (isDraining = false) => new Pace(random, isDraining);
const times = <T>(count: number, give: () => T) => Array.from({ length: count }, give);

Deno.test("an idle worker looks less and less often, up to twice a minute", () => {
  const idle = pace();
  assert.deepEqual(times(7, () => idle.whenIdle()), [1, 2, 4, 8, 16, 30, 30].map((s) => s * 1000));
  idle.started();
  assert.equal(idle.whenIdle(), 1000);
});

Deno.test("a worker that drains looks at least every four seconds, or when something is due", () => {
  const draining = pace(true);
  assert.deepEqual(times(4, () => draining.whenIdle()), [1000, 2000, 4000, 4000]);
  assert.deepEqual([0, 5000, 3_600_000].map((due) => draining.whenIdle(due)), [1000, 5000, 30_000]);
});

Deno.test("the first claims in vain cost no pause, more of them grow to ten seconds", () => {
  const contended = pace();
  assert.deepEqual(times(5, () => contended.afterClaimInVain()), [0, 0, 100, 200, 400]);
  times(20, () => contended.afterClaimInVain());
  assert.equal(contended.afterClaimInVain(), 10_000);
  contended.started();
  assert.equal(contended.afterClaimInVain(), 0);
});

Deno.test("two failures in a row cost no pause, more of them grow to a minute, and a success ends that", () => {
  const failing = pace();
  const pauses = times(10, () => {
    failing.ended(false);
    return failing.afterFailures() / 1000;
  });
  assert.deepEqual(pauses, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
  failing.ended(true);
  assert.equal(failing.afterFailures(), 0);
});

Deno.test("half of every pause is random, so that a fleet does not act in step", () => {
  const least = new Pace({ ...random, next: () => 0 }, false);
  assert.equal(least.whenIdle(), 500);
});
