import assert from "node:assert/strict";
import { forEachAtOnce } from "../../../src/ingest/at_once.ts";

Deno.test("forEachAtOnce() works on all, never on more than the limit", async () => {
  let running = 0;
  let most = 0;
  const seen: number[] = [];
  await forEachAtOnce([1, 2, 3, 4, 5, 6, 7], 3, async (one) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    seen.push(one);
  });
  assert.equal(most, 3);
  assert.deepEqual(seen.sort(), [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("forEachAtOnce() begins nothing after a fault, and waits for what had begun", async () => {
  const ended: number[] = [];
  const gate = Promise.withResolvers<void>();
  const all = forEachAtOnce([1, 2, 3, 4], 2, async (one) => {
    if (one === 2) throw new Error("two");
    await gate.promise;
    ended.push(one);
  });
  gate.resolve();
  await assert.rejects(all, /two/);
  assert.deepEqual(ended, [1]);
});

Deno.test("forEachAtOnce() stops at the signal, and does nothing for nothing", async () => {
  const control = new AbortController();
  const seen: number[] = [];
  const all = forEachAtOnce([1, 2, 3], 1, (one) => {
    seen.push(one);
    control.abort(new Error("stop"));
    return Promise.resolve();
  }, control.signal);
  await assert.rejects(all, /stop/);
  assert.deepEqual(seen, [1]);
  await forEachAtOnce([], 0, () => Promise.reject(new Error("never")));
});
