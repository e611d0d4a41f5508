import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../../../src/base/random.ts";
import { backoffMs, verdict } from "../../../../src/queue/rules/retry.ts";

Deno.test("verdict() allows max_retries failures after the first, and none of a kind that no retry can help", () => {
  assert.equal(verdict("transient", 2, 3), "retry");
  assert.equal(verdict("transient", 3, 3), "retries-exhausted");
  assert.equal(verdict("resource", 0, 0), "retries-exhausted");
  assert.equal(verdict("poison", 0, 3), "poison");
  assert.equal(verdict("unreadable", 0, 3), "unreadable");
});

Deno.test("backoffMs() doubles with each failure, with jitter of a half, up to its limit", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer(), (retries, seed) => {
    const pause = backoffMs(retries, 1000, 60_000, seededRandom(seed));
    const full = Math.min(60_000, 1000 * 2 ** Math.min(retries, 20));
    assert.ok(pause >= full / 2 && pause <= full, `${pause} of ${full}`);
  }));
  assert.equal(backoffMs(5, 0, 60_000, seededRandom(1)), 0);
});
