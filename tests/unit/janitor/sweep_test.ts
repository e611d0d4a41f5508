import assert from "node:assert/strict";
import { silentLog } from "../../../src/base/log.ts";
import { sweep, type SweepItem } from "../../../src/janitor/sweep.ts";
import { takeTurn } from "../../../src/janitor/turn.ts";
import { failedKey, leaseKey, outKey, rawKey, SWEEP, todoKey } from "../../../src/queue/layout.ts";
import type { Work } from "../../../src/queue/work.ts";
import { StoreError } from "../../../src/store/store_error.ts";
import { addJob, type Fleet, keysOf, newFleet } from "../../support/fleet.ts";
import { intercept } from "../../support/intercepted_store.ts";

const MINUTE = 60_000;

async function claim(fleet: Fleet): Promise<Work> {
  const result = await fleet.queue.claim((await fleet.queue.nextCandidate())!);
  assert.equal(result.kind, "claimed");
  return (result as Extract<typeof result, { kind: "claimed" }>).work;
}

async function run(fleet: Fleet, options: Parameters<typeof sweep>[1] = {}) {
  const items: SweepItem[] = [];
  const onItem = (item: SweepItem) => items.push(item);
  const deps = { queue: fleet.queue, log: silentLog };
  const report = await fleet.clock.runUntil(sweep(deps, { ...options, onItem }));
  return { report, items, actions: items.map((item) => item.action) };
}

const put = (fleet: Fleet, key: string, body: string) =>
  fleet.store.put(key, new TextEncoder().encode(body), { kind: "none" });

Deno.test("sweep() leaves a lease alone that is not stale", async () => {
  const fleet = newFleet();
  await addJob(fleet, "job");
  await claim(fleet);
  await fleet.clock.advance(15 * MINUTE);
  assert.deepEqual((await run(fleet)).actions, ["alive"]);
});

Deno.test("sweep() ends the attempt of a stale lease and counts it", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "job");
  await claim(fleet);
  await fleet.clock.advance(15 * MINUTE + 1);
  assert.deepEqual((await run(fleet)).actions, ["recovered"]);
  const job = await fleet.queue.find(hash);
  assert.deepEqual([job?.state, job?.retries], ["todo", 1]);
});

Deno.test("sweep() respects the timeout that the holder wrote, if it is longer than the fleet's", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "job");
  const work = await claim(fleet);
  const body = JSON.stringify({ ...work.lease.record, stale_after_ms: 60 * MINUTE });
  await put(fleet, leaseKey(hash), body);
  await fleet.clock.advance(59 * MINUTE);
  assert.deepEqual((await run(fleet)).actions, ["left"]);
  await fleet.clock.advance(2 * MINUTE);
  assert.deepEqual((await run(fleet)).actions, ["recovered"]);
});

Deno.test("sweep() requeues a failure when its pause is over, not before", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "job");
  const work = await claim(fleet);
  await work.fail({ kind: "transient", reason: "host-died", error: "died" });
  assert.deepEqual((await run(fleet)).actions, ["waits"]);
  await fleet.clock.advance(MINUTE);
  assert.deepEqual((await run(fleet)).actions, ["requeued"]);
  const job = await fleet.queue.find(hash);
  assert.deepEqual([job?.state, job?.retries, job?.todo?.last_error], ["todo", 1, "died"]);
});

Deno.test("a dry run reports the same and changes nothing", async () => {
  const fleet = newFleet();
  await addJob(fleet, "stale");
  await claim(fleet);
  await addJob(fleet, "failed");
  const failing = await claim(fleet);
  await failing.fail({ kind: "transient", reason: "x", error: "x" });
  await fleet.clock.advance(16 * MINUTE);
  const before = await keysOf(fleet.store, "");
  const { report } = await run(fleet, { dryRun: true });
  assert.deepEqual([report.recovered, report.requeued], [1, 1]);
  assert.deepEqual(await keysOf(fleet.store, ""), before);
});

Deno.test("a failure that is no JSON is requeued like an empty one, and loses no job", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "job");
  await fleet.store.delete(todoKey("3_normal", hash));
  await put(fleet, failedKey(hash), "\xff{nonsense");
  assert.deepEqual((await run(fleet)).actions, ["requeued"]);
  assert.equal((await fleet.queue.find(hash))?.state, "todo");
});

Deno.test("a deep sweep puts a source that is in no place back into the queue", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "lost");
  await fleet.store.delete(todoKey("3_normal", hash));
  assert.equal((await run(fleet)).report.restored, 0);
  assert.equal((await run(fleet, { deep: true })).report.restored, 1);
  assert.equal((await fleet.queue.find(hash))?.state, "todo");
});

Deno.test("a deep sweep deletes a marker beside a result that it does not name", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "done");
  await put(fleet, outKey(hash), "zip");
  assert.equal((await run(fleet, { deep: true })).report.tidied, 1);
  assert.deepEqual(await keysOf(fleet.store, "queue/"), []);
});

Deno.test("a deep sweep reports a marker without a source and leaves it", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "gone");
  await fleet.store.delete(rawKey(hash));
  const { items } = await run(fleet, { deep: true });
  assert.deepEqual(items.map((item) => [item.what, item.action]), [["no-source", "reported"]]);
  assert.equal((await fleet.queue.find(hash))?.state, "todo");
});

Deno.test("of many workers one has the turn, and the next only after the interval", async () => {
  const fleet = newFleet();
  const turns = await fleet.clock.runUntil(Promise.all(
    ["a", "b", "c", "d"].map((worker) => takeTurn(fleet, MINUTE, worker)),
  ));
  assert.deepEqual(turns.filter((turn) => turn !== null), ["sweep"]);
  assert.equal(await takeTurn(fleet, MINUTE, "e"), null);
  await fleet.clock.advance(MINUTE);
  assert.equal(await takeTurn(fleet, MINUTE, "e"), "sweep");
});

Deno.test("once a day the turn is a deep one", async () => {
  const fleet = newFleet();
  assert.equal(await takeTurn(fleet, MINUTE, "a"), "sweep");
  await fleet.clock.advance(24 * 60 * MINUTE);
  assert.equal(await takeTurn(fleet, MINUTE, "a"), "deep");
  await fleet.clock.advance(MINUTE);
  assert.equal(await takeTurn(fleet, MINUTE, "a"), "sweep");
});

Deno.test("nonsense in registry/sweep.json does not end the sweeps", async () => {
  const fleet = newFleet();
  await put(fleet, SWEEP, "[]");
  assert.equal(await takeTurn(fleet, MINUTE, "a"), "sweep");
  await put(fleet, SWEEP, JSON.stringify({ swept_at: 9e15, worker: "b" }));
  assert.equal(await takeTurn(fleet, MINUTE, "a"), "sweep");
});

Deno.test("one job that the store does not give does not hide those behind it", async () => {
  const bad = new Set<string>();
  const fleet = newFleet({
    wrap: (store) =>
      intercept(store, {
        get: (real, ...words) => {
          if (bad.has(words[0])) throw new StoreError("unreachable", "lost shards");
          return real(...words);
        },
      }),
  });
  for (const name of ["a", "b", "c", "d"]) {
    await addJob(fleet, name);
    await (await claim(fleet)).fail({ kind: "transient", reason: "x", error: "x" });
  }
  await fleet.clock.advance(MINUTE);
  const keys = await keysOf(fleet.store, "queue/failed/");
  bad.add(keys[0]!).add(keys[2]!);
  const { report } = await run(fleet);
  assert.deepEqual([report.errors, report.requeued], [2, 2]);
});

Deno.test("a store that is away ends a sweep", async () => {
  const fleet = newFleet({
    wrap: (store) =>
      intercept(store, {
        get: (real, ...words) => {
          if (words[0].startsWith("queue/failed/")) throw new StoreError("unreachable", "away");
          return real(...words);
        },
      }),
  });
  for (const name of ["a", "b", "c", "d"]) {
    await put(fleet, failedKey(await addJob(fleet, name)), "{}");
  }
  await assert.rejects(run(fleet), { fault: "unreachable" });
});

Deno.test("sweep() tells when a failure that waits is due", async () => {
  const fleet = newFleet();
  await addJob(fleet, "job");
  await (await claim(fleet)).fail({ kind: "transient", reason: "x", error: "x" });
  const [item] = (await run(fleet)).items;
  assert.ok(item!.dueInMs! > 0 && item!.dueInMs! <= 30_000, `${item!.dueInMs}`);
});

Deno.test("a job that is ingested during a deep sweep is not reported for a missing source", async () => {
  let early = true;
  const fleet: Fleet = newFleet({
    wrap: (store) =>
      intercept(store, {
        list: async function* (real, ...words) {
          yield* real(...words);
          if (words[0] !== "store/raw/" || !early) return;
          early = false;
          await addJob(fleet, "new");
        },
      }),
  });
  await addJob(fleet, "old");
  const { actions, report } = await run(fleet, { deep: true });
  assert.deepEqual(actions, ["left"]);
  assert.deepEqual([report.restored, report.errors], [0, 0]);
});
