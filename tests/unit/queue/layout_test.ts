import assert from "node:assert/strict";
import fc from "fast-check";
import { PRIORITIES } from "../../../src/queue/job.ts";
import {
  allTodoKeys,
  deadKey,
  failedKey,
  leaseKey,
  logKey,
  outKey,
  placeOf,
  rawKey,
  todoKey,
} from "../../../src/queue/layout.ts";
import { HASH } from "../../support/sim_world.ts";

Deno.test("the keys are the original's", () => {
  assert.equal(rawKey(HASH), `store/raw/${HASH}.pdf`);
  assert.equal(outKey(HASH), `store/out/${HASH}.zip`);
  assert.equal(todoKey("2_high", HASH), `queue/todo/2_high/${HASH}`);
  assert.equal(leaseKey(HASH), `queue/processing/${HASH}`);
  assert.equal(failedKey(HASH), `queue/failed/${HASH}`);
  assert.equal(deadKey(HASH), `queue/dead/${HASH}`);
  assert.equal(logKey(HASH, "conversion"), `registry/logs/${HASH}/conversion.log`);
});

Deno.test("placeOf() reads every key of a job back", () => {
  for (const priority of PRIORITIES) {
    const place = placeOf(todoKey(priority, HASH));
    assert.deepEqual(place, { state: "todo", priority, hash: HASH });
  }
  assert.equal(allTodoKeys(HASH).length, 5);
  const keys = { processing: leaseKey, failed: failedKey, dead: deadKey, raw: rawKey, out: outKey };
  for (const [state, key] of Object.entries(keys)) {
    assert.deepEqual(placeOf(key(HASH)), { state, hash: HASH });
  }
});

Deno.test("placeOf() is null for everything else", () => {
  for (
    const key of [
      "",
      HASH,
      "queue/todo/",
      `queue/todo/${HASH}`,
      `queue/todo/6_never/${HASH}`,
      `queue/todo/3_normal/x/${HASH}`,
      `queue/processing/${HASH}.json`,
      `queue/processing/${HASH.toUpperCase()}`,
      `queue/failed/${HASH.slice(1)}`,
      `store/raw/${HASH}`,
      `store/out/${HASH}.pdf`,
      `constructor/${HASH}`,
      "registry/manifest.json",
    ]
  ) {
    assert.equal(placeOf(key), null, key);
  }
  fc.assert(fc.property(fc.string(), (key) => void placeOf(key)));
});
