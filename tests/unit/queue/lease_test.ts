import assert from "node:assert/strict";
import { encodeRecord } from "../../../src/queue/records.ts";
import { Lease, LeaseLost, readLease, sendTime } from "../../../src/queue/lease.ts";
import { marginMs } from "../../../src/queue/settings.ts";
import { StoreError } from "../../../src/store/store_error.ts";
import type { ObjectStore } from "../../../src/store/object_store.ts";
import { createWorld, HASH, KEYS, type World } from "../../support/sim_world.ts";

const STALE = 900_000;
const VALID = STALE - marginMs(STALE);
const PRIORITY = { priority: "3_normal" } as const;
const ABSENT = { kind: "absent" } as const;

async function claimed(world: World, name = "gpu-1", seed = 1): Promise<Lease> {
  const lease = await Lease.claim(world.actor(name, seed), HASH, PRIORITY);
  assert.ok(lease);
  return lease;
}

/** Somebody finds the lease stale and takes it over. */
async function takenOver(world: World, name = "gpu-2", seed = 2): Promise<Lease> {
  world.clock.pass(STALE + 1);
  const lease = await Lease.takeOver(world.actor(name, seed), HASH, await world.listed());
  assert.ok(lease);
  return lease;
}

Deno.test("claim() creates the lease, expiring after 30 s, and only one of two gets it", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  const [request] = world.store.requests;
  assert.deepEqual(request!.when, ABSENT);
  assert.equal(request!.notAfter, world.clock.at + 30_000);
  assert.equal(lease.record.stale_after_ms, STALE);
  assert.equal(await Lease.claim(world.actor("gpu-2", 2), HASH, PRIORITY), null);
  assert.equal((await world.read(KEYS.lease))?.worker, "gpu-1");
});

Deno.test("claim() never comes into force after its own deadline", async () => {
  const world = createWorld({ staleAfterMs: 15_000 });
  await claimed(world);
  assert.equal(world.store.requests[0]!.notAfter, world.clock.at + 12_000);
});

Deno.test("claim() whose answer is lost reads the lease back and knows its own", async () => {
  const world = createWorld();
  world.store.next("put", KEYS.lease, "lost");
  const lease = await claimed(world);
  await lease.renew();
  assert.equal((await world.read(KEYS.lease))?.renewal, 1);
});

Deno.test("claim() whose answer is lost leaves L to expire, since a copy may create it again", async () => {
  const world = createWorld();
  world.store.next("put", KEYS.lease, "doubled");
  const lease = await claimed(world);
  await lease.release();
  assert.equal(await world.places(), "L");
  assert.deepEqual(await world.store.arrive(), ["conflict"]);
});

Deno.test("claim() that was not applied is none; a late copy is refused where another holds it", async () => {
  const world = createWorld();
  world.store.next("put", KEYS.lease, "late");
  assert.equal(await Lease.claim(world.actor("gpu-1", 1), HASH, PRIORITY), null);
  await claimed(world, "gpu-2", 2);
  assert.deepEqual(await world.store.arrive(), ["conflict"]);
});

Deno.test("claim() that is more than 30 s late is refused by the store", async () => {
  const world = createWorld();
  world.store.next("put", KEYS.lease, "late");
  assert.equal(await Lease.claim(world.actor("gpu-1", 1), HASH, PRIORITY), null);
  world.clock.pass(30_001);
  assert.deepEqual(await world.store.arrive(), ["expired"]);
  assert.equal(await world.places(), "");
});

Deno.test("a store that cannot be reached is an unclear answer to a claim, too", async () => {
  const world = createWorld();
  world.store.next("put", KEYS.lease, "unreachable");
  assert.equal(await Lease.claim(world.actor("gpu-1", 1), HASH, PRIORITY), null);
});

Deno.test("renew() counts up, keeps the fields, and moves the deadline", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  const before = lease.deadline;
  world.clock.pass(60_000);
  assert.equal(await lease.renew({ progress: { pages: 3 } }), "renewed");
  assert.equal(lease.deadline, before + 60_000);
  const { renewal, progress, attempt } = (await world.read(KEYS.lease))!;
  assert.deepEqual({ renewal, progress, attempt }, {
    renewal: 1,
    progress: { pages: 3 },
    attempt: lease.attempt,
  });
});

Deno.test("the deadline counts from when a renewal was sent, and ends a margin before others may judge", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  world.store.next("put", KEYS.lease, { before: () => world.clock.pass(20_000) });
  const sent = world.clock.at;
  await lease.renew();
  assert.equal(lease.deadline, sent + VALID);
  assert.equal(lease.remainingMs, VALID - 20_000);
});

for (const fate of ["lost", "unreachable", "dropped", "late", "doubled"] as const) {
  Deno.test(`renew() survives an answer that does not come (${fate})`, async () => {
    const world = createWorld();
    const lease = await claimed(world);
    world.clock.pass(60_000);
    world.store.next("put", KEYS.lease, fate);
    assert.equal(await lease.renew(), "renewed");
    assert.equal(lease.deadline, world.clock.at + VALID);
    assert.ok((await world.store.arrive()).every((kind) => kind === "conflict"));
    assert.equal(await lease.renew(), "renewed");
  });
}

Deno.test("renew() without any clear answer leaves things as they were", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  const before = lease.deadline;
  world.store.next("put", KEYS.lease, "dropped");
  world.store.next("get", KEYS.lease, "unreachable");
  assert.equal(await lease.renew(), "unclear");
  assert.equal(lease.deadline, before);
});

Deno.test("renew() takes up a message, keeps it, and dates nothing by the sender's write", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  const seen = await readLease(world.actor("x", 9), HASH);
  world.clock.pass(500);
  await world.put(KEYS.lease, { ...seen!.record, cancel: true, renewal: 1 });
  assert.equal(lease.record.cancel, undefined);
  assert.equal(await lease.renew(), "renewed");
  assert.equal(lease.record.cancel, true);
  const { cancel, renewal, holder } = (await world.read(KEYS.lease))!;
  assert.deepEqual({ cancel, renewal, holder }, {
    cancel: true,
    renewal: 2,
    holder: lease.record.holder,
  });
});

Deno.test("renew() knows that the lease is another's, or gone, and nothing can be written then", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  world.clock.pass(VALID - 1);
  const seen = await readLease(world.actor("x", 9), HASH);
  await world.put(KEYS.lease, { ...seen!.record, holder: "other", worker: "gpu-9" });
  await assert.rejects(lease.renew(), /held by gpu-9 now/);
  await world.drop(KEYS.lease);
  await assert.rejects(lease.renew(), LeaseLost);
});

Deno.test("a holder that was paused past its deadline sends nothing any more", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  world.clock.pass(VALID);
  world.store.take();
  assert.equal(lease.isOver, true);
  await assert.rejects(lease.renew(), LeaseLost);
  await assert.rejects(lease.put(KEYS.failed, {}, ABSENT), LeaseLost);
  await assert.rejects(lease.delete(KEYS.todo()), LeaseLost);
  await lease.release();
  assert.deepEqual(world.store.take(), []);
  assert.equal(await world.places(), "L");
});

Deno.test("what was under way when the process stopped is refused by the store after a take-over", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), "");
  const lease = await claimed(world);
  world.store.next("delete", KEYS.todo(), {
    before: async () => void await takenOver(world),
  });
  await assert.rejects(lease.delete(KEYS.todo()), /deadline has passed/);
  assert.equal(await world.places(), "L T3");
});

Deno.test("a put that was under way is refused in the same way", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  world.store.next("put", KEYS.failed, { before: async () => void await takenOver(world) });
  await assert.rejects(lease.put(KEYS.failed, {}, ABSENT), /deadline has passed/);
  assert.equal(await world.places(), "L");
});

Deno.test("release() that was under way does not delete another holder's lease", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  world.store.next("delete", KEYS.lease, { before: async () => void await takenOver(world) });
  await lease.release();
  assert.equal((await world.read(KEYS.lease))?.worker, "gpu-1", "the body is kept");
  assert.notEqual((await world.read(KEYS.lease))?.holder, lease.record.holder);
});

Deno.test("every marker write and the release expire at the deadline", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  world.store.requests.splice(0);
  await lease.put(KEYS.failed, {}, ABSENT);
  await lease.delete(KEYS.todo());
  await lease.release();
  assert.equal(world.store.requests.length, 3);
  assert.ok(world.store.requests.every(({ notAfter }) => notAfter === lease.deadline));
});

Deno.test("put() says conflict when a marker is not as it was read, and writes nothing", async () => {
  const world = createWorld();
  const version = await world.put(KEYS.todo(), { retries: 1 });
  const lease = await claimed(world);
  assert.equal(await lease.put(KEYS.todo(), { retries: 9 }, ABSENT), "conflict");
  await world.put(KEYS.todo(), { retries: 2 });
  const when = { kind: "unchanged", since: version } as const;
  assert.equal(await lease.put(KEYS.todo(), { retries: 9 }, when), "conflict");
  assert.equal((await world.read(KEYS.todo()))?.retries, 2);
  await lease.release();
  assert.equal(await world.places(), "T3");
});

for (const fate of ["lost", "dropped", "late", "doubled", "unreachable"] as const) {
  Deno.test(`put() repeats itself when no answer comes (${fate}), and L then expires`, async () => {
    const world = createWorld();
    const lease = await claimed(world);
    world.store.next("put", KEYS.failed, fate);
    assert.equal(await lease.put(KEYS.failed, { error: "e" }, ABSENT), "written");
    await lease.release();
    assert.equal(await world.places(), "L F");
    assert.ok((await world.store.arrive()).every((kind) => kind === "conflict"));
  });

  Deno.test(`delete() repeats itself when no answer comes (${fate}), and L then expires`, async () => {
    const world = createWorld();
    await world.put(KEYS.todo(), "");
    const lease = await claimed(world);
    world.store.next("delete", KEYS.todo(), fate);
    await lease.delete(KEYS.todo());
    await lease.release();
    assert.equal(await world.places(), "L");
    world.clock.pass(STALE + 1);
    await world.put(KEYS.todo(), "");
    assert.ok((await world.store.arrive()).every((kind) => kind === "expired"));
    assert.equal(await world.places(), "L T3", "the late copy found nothing to destroy");
  });
}

Deno.test("an unclear put that then meets another's write decides nothing more under that lease", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  world.store.next("put", KEYS.todo("1_critical"), "late");
  world.clock.onSleep = async () => void await world.put(KEYS.todo("1_critical"), { retries: 7 });
  const put = lease.put(KEYS.todo("1_critical"), { retries: 1 }, ABSENT);
  await assert.rejects(put, /changed under it/);
  await lease.release();
  assert.equal(await world.places(), "L T1");
});

Deno.test("a write that never gets an answer gives the lease up", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  const silence = Array.from({ length: 4 }, () => "dropped" as const);
  world.store.next("delete", KEYS.todo(), ...silence);
  await assert.rejects(lease.delete(KEYS.todo()), /no clear answer/);
  world.store.next("put", KEYS.dead, ...silence);
  await assert.rejects(lease.put(KEYS.dead, {}, ABSENT), /no clear answer/);
  await lease.release();
  assert.equal(await world.places(), "L");
});

for (const fate of ["lost", "dropped", "late", "unreachable"] as const) {
  Deno.test(`release() deletes L at most once, also when no answer comes (${fate})`, async () => {
    const world = createWorld();
    const lease = await claimed(world);
    world.store.take();
    world.store.next("delete", KEYS.lease, fate);
    await lease.release();
    await lease.release();
    assert.deepEqual(world.store.take(), [`DELETE ${KEYS.lease}`]);
    await assert.rejects(lease.renew(), /given up/);
    await assert.rejects(lease.put(KEYS.dead, {}, ABSENT), /given up/);
  });
}

Deno.test("abandon() writes nothing any more", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  lease.abandon();
  world.store.take();
  await lease.release();
  await assert.rejects(lease.delete(KEYS.todo()), LeaseLost);
  assert.deepEqual(world.store.take(), []);
});

Deno.test("disclaim() takes a claim back under which nothing was written, and no other", async () => {
  const world = createWorld();
  const idle = await claimed(world);
  await idle.disclaim();
  assert.equal(await world.places(), "");
  const busy = await claimed(world);
  await busy.put(KEYS.todo(), {}, ABSENT);
  await busy.disclaim();
  assert.equal(await world.places(), "L T3");
});

Deno.test("takeOver() keeps the whole body, and only the holder is new", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  await lease.renew({ cancel: true, handed_back: true, theirs: { kept: 1 } });
  const taken = await takenOver(world);
  const { holder, renewal: _, last_heartbeat: __, ...rest } = taken.record;
  const { holder: before, renewal: ___, last_heartbeat: ____, ...kept } = lease.record;
  assert.deepEqual(rest, kept);
  assert.notEqual(holder, before);
  assert.equal(taken.deadline, world.clock.at + VALID);
});

Deno.test("takeOver() waits for the timeout that stands in the lease, not for the judge's", async () => {
  const world = createWorld();
  await claimed(world);
  const hasty = world.actor("hasty", 3, { staleAfterMs: 15_000 });
  world.clock.pass(STALE);
  assert.equal(await Lease.takeOver(hasty, HASH, await world.listed()), null);
  world.clock.pass(1);
  const taken = await Lease.takeOver(hasty, HASH, await world.listed());
  assert.equal(taken?.record.stale_after_ms, STALE);
});

Deno.test("a lease of the original gets the judge's timeout and a name for its attempt, and keeps both", async () => {
  const world = createWorld();
  await world.put(KEYS.lease, { worker: "old", started: 7, last_heartbeat: 8 });
  const taken = await takenOver(world);
  assert.equal(taken.attempt, "legacy:old:7");
  assert.equal(taken.record.stale_after_ms, STALE);
  const again = await takenOver(world, "gpu-3", 3);
  assert.equal(again.attempt, "legacy:old:7");
});

Deno.test("takeOver() leaves a lease that was renewed after it was listed", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  const listed = { ...await world.listed(), ageMs: STALE + 1 };
  await lease.renew();
  assert.equal(await Lease.takeOver(world.actor("gpu-2", 2), HASH, listed), null);
});

Deno.test("takeOver() whose write comes after a renewal is refused", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  const listed = { ...await world.listed(), ageMs: STALE + 1 };
  world.store.next("put", KEYS.lease, { before: async () => void await lease.renew() });
  assert.equal(await Lease.takeOver(world.actor("gpu-2", 2), HASH, listed), null);
  assert.equal(await lease.renew(), "renewed");
});

Deno.test("of two that take over at once, one does; and one whose answer is lost knows it", async () => {
  const world = createWorld();
  await claimed(world);
  world.clock.pass(STALE + 1);
  const listed = await world.listed();
  world.store.next("put", KEYS.lease, "lost");
  const [one, other] = [
    await Lease.takeOver(world.actor("gpu-2", 2), HASH, listed),
    await Lease.takeOver(world.actor("gpu-3", 3), HASH, listed),
  ];
  assert.ok(one);
  assert.equal(other, null);
  assert.equal(await one.renew(), "renewed");
});

Deno.test("two renewals at once end with one version that both agree on", async () => {
  const world = createWorld();
  const lease = await claimed(world);
  assert.deepEqual(await Promise.all([lease.renew(), lease.renew()]), ["renewed", "renewed"]);
  assert.equal(await lease.renew(), "renewed");
});

Deno.test("a wrong wall clock changes nothing: deadlines are the store's time", async () => {
  const world = createWorld();
  const wrong = { ...world.clock, now: () => 7, monotonic: () => world.clock.monotonic() };
  const actor = { ...world.actor("gpu-1", 1), clock: { ...wrong, sleep: () => Promise.resolve() } };
  const lease = await Lease.claim(actor, HASH, PRIORITY);
  assert.equal(lease!.deadline, world.clock.at + VALID);
});

Deno.test("sendTime() asks a store that has not answered yet, and refuses one that has no time", async () => {
  const world = createWorld();
  let time: ReturnType<ObjectStore["time"]> = null;
  const asked: string[] = [];
  const quiet = Object.create(world.store) as ObjectStore;
  quiet.time = () => time;
  quiet.head = (key) => {
    asked.push(key);
    time = world.store.time();
    return Promise.resolve(null);
  };
  assert.equal((await sendTime({ store: quiet, clock: world.clock })).at, world.clock.at);
  assert.equal(asked.length, 1);
  time = null;
  quiet.head = () => Promise.resolve(null);
  await assert.rejects(
    sendTime({ store: quiet, clock: world.clock }),
    (error) => error instanceof StoreError && error.fault === "unsupported",
  );
});

Deno.test("readLease() reads bytes that are no lease as an old one, which recovery can end", async () => {
  const world = createWorld();
  await world.store.inner.put(KEYS.lease, encodeRecord([]), { kind: "none" });
  const seen = await readLease(world.actor("x", 1), HASH);
  assert.equal(seen?.record.worker, "unknown");
  const taken = await takenOver(world);
  assert.equal(taken.attempt, "legacy:unknown:0");
});
