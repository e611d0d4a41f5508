import assert from "node:assert/strict";
import { seededRandom } from "../../../src/base/random.ts";
import { Candidates, listCandidates } from "../../../src/queue/candidates.ts";
import { parsePdfHash, type Priority } from "../../../src/queue/job.ts";
import { leaseKey, PROCESSING, TODO, todoKey } from "../../../src/queue/layout.ts";
import { createWorld, type World } from "../../support/sim_world.ts";

/** Hashes spread over the alphabet, as real ones are. */
const hash = (n: number) =>
  parsePdfHash((n * 2654435761 % 2 ** 32).toString(16).padStart(8, "0").repeat(8));
const deps = (world: World, seed: number) => ({
  store: world.store,
  clock: world.clock,
  random: seededRandom(seed),
});

async function queued(world: World, priority: Priority, from: number, count: number) {
  for (let n = from; n < from + count; n++) await world.put(todoKey(priority, hash(n)), "");
}

Deno.test("an empty queue costs one LIST, a short one two", async () => {
  const world = createWorld();
  assert.deepEqual(await listCandidates(deps(world, 1)), []);
  assert.deepEqual(world.store.take(), [`LIST ${TODO}`]);
  await queued(world, "3_normal", 0, 5);
  assert.ok((await listCandidates(deps(world, 1))).length > 0);
  assert.deepEqual(world.store.take(), [`LIST ${TODO}`, `LIST ${PROCESSING}`]);
});

Deno.test("the most urgent jobs that nobody holds come first", async () => {
  const world = createWorld();
  await queued(world, "3_normal", 0, 20);
  await queued(world, "1_critical", 100, 2);
  const first = await listCandidates(deps(world, 1));
  assert.ok(first.every(({ priority }) => priority === "1_critical"));
  for (const n of [100, 101]) await world.put(leaseKey(hash(n)), {});
  const then = await listCandidates(deps(world, 1));
  assert.ok(then.length > 0);
  assert.ok(then.every(({ priority }) => priority === "3_normal"));
});

Deno.test("keys that are no job's are passed over", async () => {
  const world = createWorld();
  await world.put(`${TODO}3_normal/README`, "");
  await world.put(`${TODO}9_other/${hash(1)}`, "");
  assert.deepEqual(await listCandidates(deps(world, 1)), []);
});

Deno.test("workers of a long queue begin at different points, each seldom where another does", async () => {
  const world = createWorld();
  await queued(world, "3_normal", 0, 3000);
  const firsts = new Set<string>();
  for (let seed = 0; seed < 30; seed++) {
    const found = await listCandidates(deps(world, seed));
    assert.ok(found.length > 10);
    firsts.add(found[0]!.hash);
  }
  assert.ok(firsts.size > 25, String(firsts.size));
});

Deno.test("a list is shared by all slots, used up, and listed anew when it is old", async () => {
  const world = createWorld();
  await queued(world, "3_normal", 0, 6);
  const candidates = new Candidates(deps(world, 1));
  const [one, other] = await Promise.all([candidates.next(), candidates.next()]);
  assert.notEqual(one?.hash, other?.hash);
  assert.equal(world.store.take().length, 2);
  await candidates.next();
  assert.equal(world.store.take().length, 0);
  world.clock.pass(30_001);
  await candidates.next();
  assert.equal(world.store.take().length, 2);
});

Deno.test("a list that could not be made is made again by the next call", async () => {
  const world = createWorld();
  await queued(world, "3_normal", 0, 1);
  const candidates = new Candidates(deps(world, 1));
  world.store.next("list", TODO, "unreachable");
  await assert.rejects(candidates.next(), /Cannot reach/);
  assert.equal((await candidates.next())?.hash, hash(0));
  assert.equal(await candidates.next().then((next) => next?.hash), hash(0), "still unclaimed");
});
