import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../../../src/base/random.ts";
import { parsePdfHash, type Priority } from "../../../../src/queue/job.ts";
import { HANDFUL, pick } from "../../../../src/queue/rules/pick.ts";

const hash = (n: number) => parsePdfHash(n.toString(16).padStart(64, "0"));
const listed = (priority: Priority, from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ priority, hash: hash(from + n) }));

Deno.test("pick() takes only the most urgent priority that has free jobs", () => {
  const all = [...listed("1_critical", 0, 3), ...listed("3_normal", 100, 50)];
  const none = new Set<ReturnType<typeof hash>>();
  assert.ok(pick(all, none, seededRandom(1)).every(({ priority }) => priority === "1_critical"));
  const held = new Set([hash(0), hash(1), hash(2)]);
  const picked = pick(all, held, seededRandom(1));
  assert.ok(picked.length > 0);
  assert.ok(picked.every(({ priority }) => priority === "3_normal"));
});

Deno.test("pick() never gives a job that is held, none twice, and not more than a handful", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 300 }),
    fc.array(fc.integer({ min: 0, max: 299 })),
    fc.integer(),
    (count, taken, seed) => {
      const held = new Set(taken.map(hash));
      const all = listed("3_normal", 0, count);
      const free = all.filter((one) => !held.has(one.hash));
      const picked = pick(all, held, seededRandom(seed));
      assert.ok(picked.length <= HANDFUL);
      assert.equal(picked.length === 0, free.length === 0);
      assert.equal(new Set(picked.map((one) => one.hash)).size, picked.length);
      assert.ok(picked.every((one) => free.includes(one)));
    },
  ));
});

Deno.test("pick() reaches every free job", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    for (const one of pick(listed("3_normal", 0, 100), new Set(), seededRandom(seed))) {
      seen.add(one.hash);
    }
  }
  assert.equal(seen.size, 100);
});
