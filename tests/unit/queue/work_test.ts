import assert from "node:assert/strict";
import { recover } from "../../../src/queue/moves.ts";
import { claimWork, type Work } from "../../../src/queue/work.ts";
import { createWorld, HASH, KEYS, type World } from "../../support/sim_world.ts";

const CANDIDATE = { hash: HASH, priority: "3_normal" } as const;
const ODD = { kind: "transient", reason: "odd", error: "it broke" } as const;

async function begin(world: World, todo: object | "" = "", name = "gpu-1", seed = 1) {
  await world.put(KEYS.raw, "");
  await world.put(KEYS.todo(), todo);
  const claim = await claimWork(world.actor(name, seed), CANDIDATE);
  assert.ok(claim.kind === "claimed");
  return claim.work;
}

async function message(world: World, fields: object): Promise<void> {
  const lease = await world.read(KEYS.lease);
  await world.put(KEYS.lease, { ...lease, ...fields, renewal: Number(lease!.renewal) + 1 });
}

async function recoverAll(world: World, name = "gpu-2", seed = 2) {
  world.clock.pass(world.settings.staleAfterMs + 1);
  return await recover(world.actor(name, seed), HASH, await world.listed());
}

/** The worker dies at this request. */
async function dies(
  world: World,
  verb: "put" | "delete",
  key: string,
  end: () => Promise<unknown>,
) {
  const crash = new Error("crash");
  world.store.next(verb, key, {
    before: () => {
      throw crash;
    },
  });
  await assert.rejects(end(), crash);
}

Deno.test("a claim costs three requests: PUT L, GET T, HEAD O", async () => {
  const world = createWorld();
  await begin(world);
  assert.deepEqual(world.store.take(), [
    `PUT ${KEYS.lease}`,
    `GET ${KEYS.todo()}`,
    `HEAD ${KEYS.out}`,
  ]);
});

Deno.test("complete costs two: DELETE T, DELETE L", async () => {
  const world = createWorld();
  const work = await begin(world);
  await world.put(KEYS.out, { zip: 1 });
  world.store.take();
  await work.complete();
  assert.deepEqual(world.store.take(), [`DELETE ${KEYS.todo()}`, `DELETE ${KEYS.lease}`]);
  assert.equal(await world.places(), "O");
});

Deno.test("a claim of a held job is held", async () => {
  const world = createWorld();
  await begin(world);
  assert.deepEqual(await claimWork(world.actor("gpu-2", 2), CANDIDATE), { kind: "held" });
});

Deno.test("a claim finds out that its todo is gone, and lets go", async () => {
  const world = createWorld();
  assert.deepEqual(await claimWork(world.actor("gpu-1", 1), CANDIDATE), { kind: "finished" });
  assert.equal(await world.places(), "");
});

Deno.test("a claim beside a result that its todo does not name only tidies", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), { retries: 0, reconvert: '"another"' });
  await world.put(KEYS.out, { zip: 1 });
  assert.deepEqual(await claimWork(world.actor("gpu-1", 1), CANDIDATE), { kind: "finished" });
  assert.equal(await world.places(), "O");
});

Deno.test("a claim of a todo that names the result replaces just that one", async () => {
  const world = createWorld();
  const out = await world.put(KEYS.out, { zip: 1 });
  const work = await begin(world, { retries: 0, reconvert: out });
  assert.equal(work.replaces, out);
});

Deno.test("a claim that cannot look leaves no lease; one that lost its lease meanwhile is held", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), "");
  world.store.next("get", KEYS.todo(), "unreachable");
  await assert.rejects(claimWork(world.actor("gpu-1", 1), CANDIDATE), /Cannot reach/);
  assert.equal(await world.places(), "T3");

  await world.put(KEYS.out, { zip: 1 });
  world.store.next("head", KEYS.out, { before: () => world.clock.pass(850_000) });
  assert.deepEqual(await claimWork(world.actor("gpu-1", 1), CANDIDATE), { kind: "held" });
  assert.equal(await world.places(), "L T3 O");
});

Deno.test("the first heartbeat tells the original's janitor how often the job has failed", async () => {
  const world = createWorld();
  const work = await begin(world, { retries: 2 });
  await work.lease.renew();
  assert.equal((await world.read(KEYS.lease))?.retries, 2);
});

Deno.test("fail leaves the failure with its retry time by the store's clock", async () => {
  const world = createWorld({ backoffMs: 10_000 });
  const work = await begin(world, { retries: 1 });
  assert.equal(await work.fail(ODD), "failed");
  assert.equal(await world.places(), "F");
  const { attempt, retries, not_before, priority } = (await world.read(KEYS.failed))!;
  assert.equal(attempt, work.lease.attempt);
  assert.equal(retries, 1);
  assert.equal(priority, "3_normal");
  const pause = Number(not_before) - world.clock.at;
  assert.ok(pause >= 10_000 && pause <= 20_000, String(pause));
});

Deno.test("fail buries poison, and what failed too often", async () => {
  const world = createWorld({ maxRetries: 1 });
  const poison = await begin(world);
  assert.equal(await poison.fail({ ...ODD, kind: "poison", reason: "encrypted" }), "dead");
  assert.equal(await world.places(), "D");
  assert.equal((await world.read(KEYS.dead))?.reason, "encrypted");
  await world.drop(KEYS.dead);
  const last = await begin(world, { retries: 1 });
  assert.equal(await last.fail(ODD), "dead");
  assert.equal((await world.read(KEYS.dead))?.total_retries, 2);
});

Deno.test("fail writes the failure before it deletes the todo, and the lease last", async () => {
  const world = createWorld();
  const work = await begin(world);
  world.store.take();
  await work.fail(ODD);
  const writes = world.store.take().filter((request) => !/^(GET|HEAD)/.test(request));
  assert.deepEqual(writes, [
    `PUT ${KEYS.lease}`,
    `PUT ${KEYS.failed}`,
    `DELETE ${KEYS.todo()}`,
    `DELETE ${KEYS.lease}`,
  ]);
});

Deno.test("fail goes where a message asked, and obeys a cancel that its heartbeat had not seen", async () => {
  const world = createWorld();
  const moved = await begin(world);
  await message(world, { priority_to: "1_critical" });
  await moved.fail(ODD);
  assert.equal((await world.read(KEYS.failed))?.priority, "1_critical");
  await world.drop(KEYS.failed);

  const cancelled = await begin(world);
  await message(world, { cancel: true });
  assert.equal(await cancelled.fail(ODD), "dead");
  assert.equal(await world.places(), "D");
  const { reason, total_retries } = (await world.read(KEYS.dead))!;
  assert.deepEqual({ reason, total_retries }, { reason: "cancelled", total_retries: 0 });
});

Deno.test("fail of work that was taken over writes nothing", async () => {
  const world = createWorld();
  const work = await begin(world);
  await recoverAll(world);
  assert.equal(await world.places(), "T3");
  const before = await world.read(KEYS.todo());
  await assert.rejects(work.fail(ODD), /deadline has passed/);
  await assert.rejects(work.complete(), /deadline has passed/);
  assert.deepEqual(await world.read(KEYS.todo()), before);
  assert.equal(before?.retries, 1);
});

Deno.test("hand back leaves the todo as it was, and counts nothing", async () => {
  const world = createWorld();
  const work = await begin(world, { retries: 1, after: "Z" });
  await work.handBack();
  assert.equal(await world.places(), "T3");
  assert.deepEqual(await world.read(KEYS.todo()), { retries: 1, after: "Z" });
});

Deno.test("hand back obeys messages: another priority, or cancel", async () => {
  const world = createWorld();
  const moved = await begin(world, { retries: 1 });
  await message(world, { priority_to: "5_background" });
  await moved.handBack();
  assert.equal(await world.places(), "T5");
  assert.equal((await world.read(KEYS.todo("5_background")))?.retries, 1);
  await world.drop(KEYS.todo("5_background"));

  const cancelled = await begin(world);
  await message(world, { cancel: true });
  await cancelled.handBack();
  assert.equal(await world.places(), "D");
});

Deno.test("hand back that died after its word counts nothing, also in recovery", async () => {
  const world = createWorld();
  const work = await begin(world, { retries: 1 });
  await dies(world, "delete", KEYS.lease, () => work.handBack());
  await recoverAll(world);
  assert.equal(await world.places(), "T3");
  assert.equal((await world.read(KEYS.todo()))?.retries, 1);
});

const ENDS: Record<
  string,
  { end(work: Work): Promise<unknown>; places: string; failures: number }
> = {
  "fail": { end: (work) => work.fail(ODD), places: "F", failures: 1 },
  "bury": { end: (work) => work.fail({ ...ODD, kind: "poison" }), places: "D", failures: 1 },
  "bury as cancelled": { end: (work) => work.buryCancelled(), places: "D", failures: 0 },
};
for (const [name, { end, places, failures }] of Object.entries(ENDS)) {
  for (const at of ["todo", "lease"] as const) {
    Deno.test(`${name} that dies before its DELETE of the ${at} is finished by recovery, and counted once`, async () => {
      const world = createWorld();
      const work = await begin(world);
      const key = at === "todo" ? KEYS.todo() : KEYS.lease;
      await dies(world, "delete", key, () => end(work));
      await recoverAll(world);
      assert.equal(await world.places(), places);
      const failed = await world.read(KEYS.failed);
      const counted = failed
        ? Number(failed.retries) + 1
        : (await world.read(KEYS.dead))?.total_retries;
      assert.equal(counted, failures);
    });
  }
}

Deno.test("an attempt that died without a word is counted once, however often its recovery dies", async () => {
  const world = createWorld();
  const work = await begin(world);
  await message(world, { priority_to: "1_critical" });
  for (const seed of [2, 3]) {
    world.clock.pass(world.settings.staleAfterMs + 1);
    const listed = await world.listed();
    await dies(
      world,
      "delete",
      KEYS.todo(),
      () => recover(world.actor("gpu-2", seed), HASH, listed),
    );
    assert.equal(await world.places(), "L T1 T3");
  }
  await recoverAll(world, "gpu-4", 4);
  assert.equal(await world.places(), "T1");
  const { retries, after } = (await world.read(KEYS.todo("1_critical")))!;
  assert.deepEqual({ retries, after }, { retries: 1, after: work.lease.attempt });
});

Deno.test("complete that died after the result was published is finished by recovery", async () => {
  const world = createWorld();
  const work = await begin(world);
  await world.put(KEYS.out, { zip: 1 });
  await dies(world, "delete", KEYS.todo(), () => work.complete());
  await recoverAll(world);
  assert.equal(await world.places(), "O");
});

Deno.test("after an unclear DELETE of the todo the lease expires, and recovery only deletes it", async () => {
  const world = createWorld();
  const work = await begin(world);
  await world.put(KEYS.out, { zip: 1 });
  world.store.next("delete", KEYS.todo(), "late");
  await work.complete();
  assert.equal(await world.places(), "L O");
  assert.deepEqual(await world.store.arrive(), ["deleted"]);
  const recovery = await recoverAll(world);
  assert.ok(recovery.kind === "recovered");
  assert.deepEqual(recovery.writes, []);
  assert.equal(await world.places(), "O");
});
