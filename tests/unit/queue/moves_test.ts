import assert from "node:assert/strict";
import { recover, runMove } from "../../../src/queue/moves.ts";
import type { Move } from "../../../src/queue/records.ts";
import { createWorld, HASH, KEYS, type World } from "../../support/sim_world.ts";

async function moved(world: World, move: Move) {
  const result = await runMove(world.actor("tool", 1), HASH, move);
  assert.ok(result.kind === "moved");
  return result;
}

async function recovered(world: World, seed = 2) {
  world.clock.pass(world.settings.staleAfterMs + 1);
  return await recover(world.actor("sweeper", seed), HASH, await world.listed());
}

async function diesAt(world: World, verb: "put" | "delete", key: string, move: Move) {
  const crash = new Error("crash");
  world.store.next(verb, key, {
    before: () => {
      throw crash;
    },
  });
  const deps = world.actor("tool", 1);
  await assert.rejects(runMove(deps, HASH, move), crash);
}

Deno.test("a move claims the lease with its arguments, and leaves nothing behind", async () => {
  const world = createWorld();
  await world.put(KEYS.dead, { total_retries: 2, attempt: "A", reason: "x" });
  const move: Move = { kind: "retry", reset_retries: true, priority: "2_high" };
  let lease: unknown;
  world.store.next("put", KEYS.todo("2_high"), {
    before: async () => {
      lease = (await world.read(KEYS.lease))?.move;
    },
  });
  const { before } = await moved(world, move);
  assert.equal(before.dead?.record.total_retries, 2);
  assert.deepEqual(lease, move);
  assert.equal(await world.places(), "T2");
});

Deno.test("a move of a held job is busy, and writes nothing", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), "");
  await world.put(KEYS.lease, { worker: "gpu-1", started: 1 });
  const result = await runMove(world.actor("tool", 1), HASH, { kind: "cancel" });
  assert.deepEqual(result, { kind: "busy" });
  assert.equal(await world.places(), "L T3");
});

Deno.test("a move that cannot read its markers leaves no lease", async () => {
  const world = createWorld();
  await world.put(KEYS.failed, { retries: 0 });
  world.store.next("get", KEYS.failed, "unreachable");
  await assert.rejects(runMove(world.actor("tool", 1), HASH, { kind: "cancel" }), /Cannot reach/);
  assert.equal(await world.places(), "F");
});

const HALVES: Record<string, {
  move: Move;
  start(world: World): Promise<unknown>;
  /** Requests at which it dies. */
  at: ["put" | "delete", string][];
  end: string;
}> = {
  "requeue": {
    move: { kind: "requeue" },
    start: (world) => world.put(KEYS.failed, { retries: 0, attempt: "A" }),
    at: [["put", KEYS.todo()], ["delete", KEYS.failed], ["delete", KEYS.lease]],
    end: "T3",
  },
  "retry": {
    move: { kind: "retry", reset_retries: false },
    start: (world) => world.put(KEYS.dead, { total_retries: 1, reason: "x", attempt: "A" }),
    at: [["put", KEYS.todo()], ["delete", KEYS.dead], ["delete", KEYS.lease]],
    end: "T3",
  },
  "cancel": {
    move: { kind: "cancel" },
    start: (world) => world.put(KEYS.todo(), { retries: 1 }),
    at: [["put", KEYS.dead], ["delete", KEYS.todo()], ["delete", KEYS.lease]],
    end: "D",
  },
  "reprioritize": {
    move: { kind: "reprioritize", priority: "1_critical" },
    start: (world) => world.put(KEYS.todo(), { retries: 1 }),
    at: [["put", KEYS.todo("1_critical")], ["delete", KEYS.todo()], ["delete", KEYS.lease]],
    end: "T1",
  },
  "reconvert": {
    move: { kind: "reconvert", priority: "3_normal" },
    start: (world) => world.put(KEYS.out, { zip: 1 }),
    at: [["put", KEYS.todo()], ["delete", KEYS.lease]],
    end: "T3 O",
  },
  "tidy": {
    move: { kind: "tidy" },
    start: async (world) => {
      await world.put(KEYS.out, { zip: 1 });
      await world.put(KEYS.dead, { reason: "x" });
    },
    at: [["delete", KEYS.dead], ["delete", KEYS.lease]],
    end: "O",
  },
  "restore": {
    move: { kind: "restore", priority: "3_normal" },
    start: (world) => world.put(KEYS.raw, ""),
    at: [["put", KEYS.todo()], ["delete", KEYS.lease]],
    end: "T3",
  },
};
for (const [name, { move, start, at, end }] of Object.entries(HALVES)) {
  for (const [verb, key] of at) {
    Deno.test(`${name} that dies before its ${verb} of ${key.slice(0, 16)} is run again by recovery`, async () => {
      const world = createWorld();
      await start(world);
      await diesAt(world, verb, key, move);
      const recovery = await recovered(world);
      assert.ok(recovery.kind === "recovered");
      assert.equal(recovery.what, move.kind);
      assert.equal(await world.places(), end);
      const todo = await world.read(KEYS.todo()) ?? await world.read(KEYS.todo("1_critical"));
      if (todo && name !== "reconvert" && name !== "restore") assert.equal(todo.retries, 1);
    });
  }
}

Deno.test("remove forgets the job first, then deletes markers, result, parts and source", async () => {
  const world = createWorld();
  await world.put(KEYS.raw, "");
  await world.put(KEYS.todo(), "");
  await world.put(KEYS.out, { zip: 1 });
  await world.put(`store/parts/${HASH}/0-9`, {});
  const forgotten: string[] = [];
  const deps = {
    ...world.actor("tool", 1),
    forget: async (hash: string) => {
      forgotten.push(`${hash} while ${await world.places()}`);
    },
  };
  await runMove(deps, HASH, { kind: "remove" });
  assert.deepEqual(forgotten, [`${HASH} while L T3 O`]);
  assert.equal(await world.places(), "");
  assert.equal(await world.store.inner.head(KEYS.raw), null);
  assert.equal(await world.store.inner.head(`store/parts/${HASH}/0-9`), null);
  const deletes = world.store.take().filter((request) => request.startsWith("DELETE"));
  assert.deepEqual(deletes.slice(-2), [`DELETE ${KEYS.raw}`, `DELETE ${KEYS.lease}`]);
});

Deno.test("remove that dies half-way is finished by recovery, manifest included", async () => {
  const world = createWorld();
  await world.put(KEYS.raw, "");
  await world.put(KEYS.todo(), "");
  await diesAt(world, "delete", KEYS.raw, { kind: "remove" });
  let forgotten = 0;
  world.clock.pass(world.settings.staleAfterMs + 1);
  const deps = { ...world.actor("sweeper", 2), forget: () => Promise.resolve(void forgotten++) };
  await recover(deps, HASH, await world.listed());
  assert.equal(forgotten, 1);
  assert.equal(await world.places(), "");
  assert.equal(await world.store.inner.head(KEYS.raw), null);
});

Deno.test("a marker that changes before the first write makes the move decide again", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), { retries: 2 });
  world.store.next("put", KEYS.todo("1_critical"), {
    before: async () => void await world.put(KEYS.todo("1_critical"), { retries: 0 }),
  });
  const { writes } = await moved(world, { kind: "reprioritize", priority: "1_critical" });
  assert.equal(writes.length, 2);
  assert.equal(await world.places(), "T1");
  assert.equal((await world.read(KEYS.todo("1_critical")))?.retries, 2);
});

Deno.test("markers that keep changing make the move give up, and its lease is left to recovery", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), { retries: 2 });
  let n = 0;
  const change = {
    before: async () => void await world.put(KEYS.dead, { reason: "x", n: n++ }),
  };
  const clear = { before: async () => void await world.drop(KEYS.dead) };
  world.store.next("put", KEYS.dead, change, change, change, change);
  world.store.next("get", KEYS.dead, clear, clear, clear, clear);
  const result = await runMove(world.actor("tool", 1), HASH, { kind: "cancel" });
  assert.deepEqual(result, { kind: "busy" });
  await recovered(world);
  assert.equal(await world.places(), "D");
});

Deno.test("recover() leaves a lease that is not stale, and one that changed", async () => {
  const world = createWorld();
  await world.put(KEYS.lease, { worker: "gpu-1", started: 1 });
  const listed = await world.listed();
  assert.deepEqual(await recover(world.actor("s", 2), HASH, listed), { kind: "left" });
  await world.put(KEYS.lease, { worker: "gpu-1", started: 2 });
  const late = { ...listed, ageMs: 10_000_000 };
  assert.deepEqual(await recover(world.actor("s", 2), HASH, late), { kind: "left" });
});

Deno.test("an old worker's lease is recovered: its empty todo counts one failure", async () => {
  const world = createWorld();
  await world.put(KEYS.todo(), "");
  await world.put(KEYS.lease, { worker: "0123456789ab", started: 5, retries: 0 });
  await recovered(world);
  assert.equal(await world.places(), "T3");
  const { retries, after } = (await world.read(KEYS.todo()))!;
  assert.deepEqual({ retries, after }, { retries: 1, after: "legacy:0123456789ab:5" });
});

Deno.test("an old worker's failure is known, also when the first recovery dies", async () => {
  const world = createWorld();
  const worker = "0123456789ab";
  await world.put(KEYS.todo(), "");
  await world.put(KEYS.failed, { worker, timestamp: 7, retries: 0, error: "e" });
  await world.put(KEYS.lease, { worker, started: 5, retries: 0 });
  world.clock.pass(world.settings.staleAfterMs + 1);
  const crash = new Error("crash");
  world.store.next("delete", KEYS.todo(), {
    before: () => {
      throw crash;
    },
  });
  await assert.rejects(recover(world.actor("s", 2), HASH, await world.listed()), crash);
  await recovered(world, 3);
  assert.equal(await world.places(), "F");
  assert.equal((await world.read(KEYS.failed))?.retries, 0);
});

Deno.test("a todo that an old worker took away comes back, but not for a job that was removed", async () => {
  const world = createWorld();
  await world.put(KEYS.lease, { worker: "0123456789ab", started: 5, retries: 1 });
  await recovered(world);
  assert.equal(await world.places(), "");
  await world.put(KEYS.raw, "");
  await world.put(KEYS.lease, { worker: "0123456789ab", started: 6, retries: 1 });
  await recovered(world, 3);
  assert.equal(await world.places(), "T3");
  assert.equal((await world.read(KEYS.todo()))?.retries, 2);
});
