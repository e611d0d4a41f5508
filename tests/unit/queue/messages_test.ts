import assert from "node:assert/strict";
import { ask, cancelOutcome } from "../../../src/queue/messages.ts";
import type { LeaseRecord } from "../../../src/queue/records.ts";
import { claimWork, type Work } from "../../../src/queue/work.ts";
import { dead, failed, markers, version } from "../../support/sim_markers.ts";
import { createWorld, HASH, KEYS, type World } from "../../support/sim_world.ts";

async function running(world: World, todo: object | "" = ""): Promise<Work> {
  await world.put(KEYS.raw, "");
  await world.put(KEYS.todo(), todo);
  const claim = await claimWork(world.actor("gpu-1", 1), { hash: HASH, priority: "3_normal" });
  assert.ok(claim.kind === "claimed");
  return claim.work;
}

const cancel = (world: World, waitMs = 0) =>
  ask(world.actor("tool", 5), HASH, { kind: "cancel" }, waitMs);
const reprioritize = (world: World, waitMs = 0) =>
  ask(world.actor("tool", 5), HASH, { kind: "reprioritize", priority: "1_critical" }, waitMs);

Deno.test("cancel of a job that waits is a move", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), { retries: 1 });
  const asked = await cancel(world);
  assert.equal(asked.kind, "moved");
  assert.equal(await world.places(), "D");
});

Deno.test("cancel of running work is asked for, and its worker sees it at the next heartbeat", async () => {
  const world = createWorld();
  const work = await running(world);
  assert.deepEqual(await cancel(world), { kind: "asked", worker: "gpu-1" });
  assert.equal(work.isCancelled, false);
  await work.lease.renew();
  assert.equal(work.isCancelled, true);
  await work.buryCancelled();
  assert.equal(await world.places(), "D");
});

Deno.test("a message keeps the whole lease, fields of other programs too, and is put if-match", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), "");
  const lease = { worker: "old", started: 5, last_heartbeat: 6, priority: "2_high", retries: 1 };
  const version = await world.put(KEYS.lease, { ...lease, theirs: { a: 1 } });
  await cancel(world);
  const { renewal: _, ...kept } = (await world.read(KEYS.lease))!;
  assert.deepEqual(kept, { ...lease, theirs: { a: 1 }, cancel: true });
  const put = world.store.requests.find(({ verb, when }) =>
    verb === "put" && when?.kind === "unchanged"
  );
  assert.deepEqual(put?.when, { kind: "unchanged", since: version });
  assert.equal(put?.notAfter, world.clock.at - 500 + 30_000);
});

Deno.test("cancel waits for the worker, and then tells what really became of the job", async () => {
  const world = createWorld();
  const work = await running(world);
  let polls = 0;
  world.clock.onSleep = async () => {
    if (++polls === 3) await world.put(KEYS.out, { zip: 1 });
    if (polls === 3) await work.complete();
  };
  const asked = await cancel(world, 60_000);
  assert.ok(asked.kind === "moved");
  assert.equal(cancelOutcome(asked.before), "done");
  assert.equal(await world.places(), "O");
});

Deno.test("cancel whose message came too late for a failing worker cancels the failure itself", async () => {
  const world = createWorld();
  const work = await running(world);
  world.clock.onSleep = async () => {
    world.clock.onSleep = null;
    // The worker had read its lease before the message, and deletes it unseen.
    const lease = await world.read(KEYS.lease);
    await world.put(KEYS.failed, { retries: 0, attempt: lease!.attempt });
    await world.drop(KEYS.todo());
    await world.drop(KEYS.lease);
    work.lease.abandon();
  };
  const asked = await cancel(world, 10_000);
  assert.equal(asked.kind, "moved");
  assert.equal(await world.places(), "D");
  assert.equal((await world.read(KEYS.dead))?.total_retries, 1);
});

for (const fate of ["lost", "dropped", "late", "doubled"] as const) {
  Deno.test(`a message without an answer (${fate}) is looked at again until it stands there`, async () => {
    const world = createWorld();
    const work = await running(world);
    const busy = world.store;
    // The first put of the lease is the move's claim, which is refused; the second is the message.
    busy.next("put", KEYS.lease, { before: () => {} }, fate);
    assert.equal((await cancel(world)).kind, "asked");
    assert.ok((await busy.arrive()).every((kind) => kind === "conflict"));
    await work.lease.renew();
    assert.equal(work.isCancelled, true);
  });
}

Deno.test("a heartbeat between the look and the message refuses it, and the next one gets through", async () => {
  const world = createWorld();
  const work = await running(world);
  world.store.next("put", KEYS.lease, { before: () => {} }, {
    before: async () => void await work.lease.renew(),
  });
  assert.equal((await cancel(world)).kind, "asked");
  await work.lease.renew();
  assert.equal(work.isCancelled, true);
});

Deno.test("cancel of work whose worker died recovers it, as its message asks", async () => {
  const world = createWorld();
  await running(world);
  await cancel(world);
  world.clock.pass(world.settings.staleAfterMs + 1);
  const asked = await cancel(world);
  assert.equal(asked.kind, "moved");
  assert.equal(await world.places(), "D");
  assert.equal((await world.read(KEYS.dead))?.total_retries, 0);
});

Deno.test("a message does not touch a move, and does not wait for ever behind a dead one", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), "");
  const lease = { worker: "tool", started: 1, move: { kind: "tidy" }, attempt: "M", holder: "h" };
  await world.put(KEYS.lease, lease);
  await assert.rejects(cancel(world), /another change of it has not ended/);
  assert.deepEqual(await world.read(KEYS.lease), lease);
});

Deno.test("reprioritize of running work goes where it asked when the worker hands back", async () => {
  const world = createWorld();
  const work = await running(world, { retries: 1 });
  assert.equal((await reprioritize(world)).kind, "asked");
  await work.handBack();
  assert.equal(await world.places(), "T1");
});

Deno.test("a second message of the same kind writes nothing", async () => {
  const world = createWorld();
  await running(world);
  await cancel(world);
  const before = await world.store.inner.head(KEYS.lease);
  await cancel(world);
  assert.equal((await world.store.inner.head(KEYS.lease))?.version, before?.version);
});

Deno.test("both messages can stand in one lease", async () => {
  const world = createWorld();
  await running(world);
  await reprioritize(world);
  await cancel(world);
  const { cancel: cancelled, priority_to } = (await world.read(KEYS.lease)) as LeaseRecord;
  assert.deepEqual({ cancelled, priority_to }, { cancelled: true, priority_to: "1_critical" });
});

Deno.test("cancelOutcome() tells what a cancel that moved had found", () => {
  assert.equal(cancelOutcome(markers({ out: version("v"), todos: {} })), "done");
  assert.equal(cancelOutcome(markers({ dead: dead({ reason: "cancelled" }) })), "cancelled");
  assert.equal(cancelOutcome(markers({ dead: dead() })), "dead");
  assert.equal(cancelOutcome(markers({ failed: failed() })), "cancelled");
  assert.equal(cancelOutcome(markers({ todos: { "3_normal": { retries: 0 } } })), "cancelled");
  assert.equal(cancelOutcome(markers()), "unknown");
});
