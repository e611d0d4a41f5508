import assert from "node:assert/strict";
import { BlobForgeError } from "../../../src/base/errors.ts";
import { claimWork } from "../../../src/queue/work.ts";
import { createWorld, HASH, KEYS, type World } from "../../support/sim_world.ts";

function refused(code: string, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof BlobForgeError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.ok(error.hint);
    return true;
  };
}

async function running(world: World) {
  await world.put(KEYS.raw, "");
  await world.put(KEYS.todo(), "");
  const claim = await claimWork(world.actor("gpu-1", 1), { hash: HASH, priority: "3_normal" });
  assert.ok(claim.kind === "claimed");
  return claim.work;
}

Deno.test("a job goes from ingest to a result", async () => {
  const world = createWorld();
  const queue = world.queue();
  await world.put(KEYS.raw, "");
  assert.equal(await queue.enqueue(HASH, "3_normal", { isNew: true }), "queued");
  const candidate = await queue.nextCandidate();
  const claim = await queue.claim(candidate!);
  assert.ok(claim.kind === "claimed");
  await world.put(KEYS.out, { zip: 1 });
  await claim.work.complete();
  assert.equal((await queue.find(HASH))?.state, "done");
  assert.equal(await queue.nextCandidate(), null);
});

Deno.test("retry brings a dead letter back and says where it is", async () => {
  const world = createWorld();
  await world.put(KEYS.dead, { total_retries: 4, reason: "x", attempt: "A" });
  const job = await world.queue().retry(HASH, { priority: "1_critical", resetRetries: true });
  assert.deepEqual([job.state, job.priority, job.retries], ["todo", "1_critical", 0]);
});

Deno.test("retry, reconvert and reprioritize refuse what is in the wrong place, and change nothing", async () => {
  const world = createWorld();
  const queue = world.queue();
  await world.put(KEYS.todo(), { retries: 1 });
  await assert.rejects(queue.retry(HASH), refused("conflict", /it is todo, not failed or dead/));
  await assert.rejects(queue.reconvert(HASH), refused("conflict", /it is todo, not done/));
  assert.equal(await world.places(), "T3");
  await world.drop(KEYS.todo());
  await world.put(KEYS.dead, { reason: "x" });
  const moved = queue.reprioritize(HASH, "1_critical");
  await assert.rejects(moved, refused("conflict", /it is dead, not todo/));
  assert.equal(await world.places(), "D");
});

Deno.test("an unknown hash is not found, and gets no marker", async () => {
  const world = createWorld();
  const queue = world.queue();
  const unknown = refused("not-found", /Cannot find a job/);
  await assert.rejects(queue.retry(HASH), unknown);
  await assert.rejects(queue.reconvert(HASH), unknown);
  await assert.rejects(queue.cancel(HASH, 0), unknown);
  await assert.rejects(queue.reprioritize(HASH, "1_critical"), unknown);
  assert.equal(await world.places(), "");
});

Deno.test("moves by hand of a running job say who holds it", async () => {
  const world = createWorld();
  await running(world);
  const held = refused("conflict", /held by gpu-1/);
  await assert.rejects(world.queue().retry(HASH), held);
  await assert.rejects(world.queue().reconvert(HASH), held);
  await assert.rejects(world.queue().remove(HASH), held);
});

Deno.test("cancel tells its outcome: cancelled, asked, done, dead", async () => {
  const world = createWorld();
  const queue = world.queue();
  const work = await running(world);
  assert.deepEqual(await queue.cancel(HASH, 0), { outcome: "asked" });
  await work.lease.renew();
  await work.buryCancelled();
  assert.deepEqual(await queue.cancel(HASH, 0), { outcome: "cancelled" });
  await world.put(KEYS.dead, { reason: "encrypted" });
  assert.deepEqual(await queue.cancel(HASH, 0), { outcome: "dead" });
  await world.put(KEYS.out, { zip: 1 });
  assert.deepEqual(await queue.cancel(HASH, 0), { outcome: "done" });
  assert.equal(await world.places(), "O");
});

Deno.test("reprioritize moves what waits, and asks for what runs", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), { retries: 1 });
  const moved = await world.queue().reprioritize(HASH, "1_critical");
  assert.deepEqual([moved.asked, moved.job.priority], [false, "1_critical"]);
  await world.drop(KEYS.todo("1_critical"));
  await running(world);
  const asked = await world.queue().reprioritize(HASH, "1_critical");
  assert.deepEqual([asked.asked, asked.job.state], [true, "processing"]);
});

Deno.test("reconvert keeps the result until the new one is there", async () => {
  const world = createWorld();
  const queue = world.queue();
  await world.put(KEYS.raw, "");
  const out = await world.put(KEYS.out, { zip: 1 });
  assert.equal((await queue.reconvert(HASH, "2_high")).state, "todo");
  assert.equal(await world.places(), "T2 O");
  const claim = await queue.claim((await queue.nextCandidate())!);
  assert.ok(claim.kind === "claimed");
  assert.equal(claim.work.replaces, out);
  await claim.work.fail({ kind: "transient", reason: "odd", error: "odd" });
  assert.equal((await world.read(KEYS.failed))?.reconvert, out);
  assert.equal((await queue.find(HASH))?.state, "failed");
});

Deno.test("requeue, tidy and restore are busy while somebody holds the job", async () => {
  const world = createWorld();
  await running(world);
  const queue = world.queue();
  const all = [queue.requeue(HASH), queue.tidy(HASH), queue.restore(HASH)];
  assert.deepEqual(await Promise.all(all), ["busy", "busy", "busy"]);
});

Deno.test("changed settings apply to leases that are claimed from then on", async () => {
  const world = createWorld();
  const queue = world.queue();
  await world.put(KEYS.todo(), "");
  queue.useSettings({ ...queue.settings, staleAfterMs: 15_000 });
  const claim = await queue.claim({ hash: HASH, priority: "3_normal" });
  assert.ok(claim.kind === "claimed");
  assert.equal(claim.work.lease.record.stale_after_ms, 15_000);
});
