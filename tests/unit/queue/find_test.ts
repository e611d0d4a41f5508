import assert from "node:assert/strict";
import { silentLog } from "../../../src/base/log.ts";
import { countJobs, findJob, listJobs } from "../../../src/queue/find.ts";
import { parsePdfHash } from "../../../src/queue/job.ts";
import { outKey, todoKey } from "../../../src/queue/layout.ts";
import { createWorld, HASH, KEYS, type World } from "../../support/sim_world.ts";

const find = (world: World) => findJob({ store: world.store, log: silentLog }, HASH);

Deno.test("find shows the first of result, lease, dead letter, failure, todo that is there", async () => {
  const world = createWorld();
  assert.equal(await find(world), null);
  await world.put(KEYS.todo("4_low"), { retries: 1 });
  let job = await find(world);
  assert.deepEqual([job?.state, job?.retries, job?.priority], ["todo", 1, "4_low"]);
  await world.put(KEYS.failed, { retries: 1, priority: "2_high" });
  job = await find(world);
  assert.deepEqual([job?.state, job?.retries, job?.priority], ["failed", 2, "2_high"]);
  await world.put(KEYS.dead, { total_retries: 4, reason: "x" });
  job = await find(world);
  assert.deepEqual([job?.state, job?.retries], ["dead", 4]);
  await world.put(KEYS.lease, { worker: "gpu-1", priority: "4_low" });
  job = await find(world);
  assert.deepEqual([job?.state, job?.retries, job?.lease?.worker], ["processing", 1, "gpu-1"]);
  await world.put(KEYS.out, { zip: 1 });
  job = await find(world);
  assert.deepEqual([job?.state, job?.result?.size], ["done", 9]);
});

Deno.test("a result that a marker asks to replace shows as that marker", async () => {
  const world = createWorld();
  const reconvert = await world.put(KEYS.out, { zip: 1 });
  await world.put(KEYS.todo(), { retries: 0, reconvert });
  assert.equal((await find(world))?.state, "todo");
  await world.put(KEYS.out, { zip: 2 });
  assert.equal((await find(world))?.state, "done");
});

Deno.test("a job that moves while it is looked at is found at the second look", async () => {
  const world = createWorld();
  await world.put(KEYS.failed, { retries: 0 });
  // The failure is read when it is gone, and the todo was read before it came.
  world.store.next("get", KEYS.failed, {
    before: async () => {
      await world.drop(KEYS.failed);
      await Promise.resolve().then(() => {}).then(() => {});
      await world.put(KEYS.todo(), { retries: 1 });
    },
  });
  assert.equal((await find(world))?.state, "todo");
});

Deno.test("listJobs() goes by keys alone; ages are the store's", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), ["no record"]);
  await world.put("queue/todo/3_normal/readme.txt", "");
  world.clock.pass(5_000);
  world.store.take();
  const jobs = await Array.fromAsync(listJobs(world.store, "todo"));
  assert.deepEqual(jobs.map(({ hash, priority, ageMs }) => ({ hash, priority, ageMs })), [
    { hash: HASH, priority: "3_normal", ageMs: 5_000 },
  ]);
  assert.deepEqual(world.store.take(), ["LIST queue/todo/"]);
});

Deno.test("countJobs() counts every place, and the longest wait", async () => {
  const world = createWorld();
  const other = parsePdfHash("cd".repeat(32));
  await world.put(KEYS.todo(), "");
  world.clock.pass(7_000);
  await world.put(todoKey("1_critical", other), "");
  await world.put(KEYS.failed, {});
  await world.put(KEYS.dead, {});
  await world.put(KEYS.lease, {});
  await world.put(outKey(other), {});
  const counts = await countJobs(world.store);
  assert.equal(counts.todo["3_normal"], 1);
  assert.equal(counts.todo["1_critical"], 1);
  const { processing, failed, dead, done, oldestTodoMs } = counts;
  assert.deepEqual({ processing, failed, dead, done, oldestTodoMs }, {
    processing: 1,
    failed: 1,
    dead: 1,
    done: 1,
    oldestTodoMs: 7_000,
  });
  assert.equal((await countJobs(createWorld().store)).oldestTodoMs, null);
});
