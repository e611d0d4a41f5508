import assert from "node:assert/strict";
import { enqueue } from "../../../src/queue/enqueue.ts";
import { createWorld, HASH, KEYS, type World } from "../../support/sim_world.ts";

const add = (world: World, isNew: boolean) =>
  enqueue({ store: world.store, clock: world.clock }, HASH, "2_high", { isNew });

Deno.test("a new source costs one request", async () => {
  const world = createWorld();
  assert.equal(await add(world, true), "queued");
  assert.deepEqual(world.store.take(), [`PUT ${KEYS.todo("2_high")}`]);
  const { retries, queued_at } = (await world.read(KEYS.todo("2_high")))!;
  assert.deepEqual({ retries, queued_at }, { retries: 0, queued_at: world.clock.at });
});

Deno.test("a source that was there is queued if its job is in no place", async () => {
  const world = createWorld();
  assert.equal(await add(world, false), "queued");
  assert.equal(await add(world, false), "known");
  assert.equal(await world.places(), "T2");
});

for (const key of [KEYS.lease, KEYS.failed, KEYS.dead, KEYS.out, KEYS.todo("5_background")]) {
  Deno.test(`a job that stands in ${key.slice(0, 18)} is left alone`, async () => {
    const world = createWorld();
    await world.put(key, {});
    const before = await world.places();
    assert.equal(await add(world, false), "known");
    assert.equal(await world.places(), before);
  });
}

Deno.test("a todo that is there is never overwritten", async () => {
  const world = createWorld();
  await world.put(KEYS.todo("2_high"), { retries: 3 });
  assert.equal(await add(world, true), "known");
  assert.equal((await world.read(KEYS.todo("2_high")))?.retries, 3);
});

Deno.test("an unclear answer is told, and ingesting again finishes", async () => {
  const world = createWorld();
  world.store.next("put", KEYS.todo("2_high"), "dropped");
  await assert.rejects(add(world, true), /gave no clear answer/);
  assert.equal(await add(world, false), "queued");
});
