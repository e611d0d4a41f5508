import assert from "node:assert/strict";
import { silentLog } from "../../../src/base/log.ts";
import { leaseKey } from "../../../src/queue/layout.ts";
import { LeaseLost, readLease } from "../../../src/queue/lease.ts";
import type { ObjectStore } from "../../../src/store/object_store.ts";
import { StoreError } from "../../../src/store/store_error.ts";
import { Cancelled, keepAlive } from "../../../src/worker/keep_alive.ts";
import { addJob, type Fleet, newFleet } from "../../support/fleet.ts";
import { interceptPuts } from "../../support/intercepted_store.ts";

async function claimed(fleet: Fleet) {
  const hash = await addJob(fleet, "job");
  const claim = await fleet.queue.claim((await fleet.queue.nextCandidate())!);
  assert.equal(claim.kind, "claimed");
  const { lease } = (claim as Extract<typeof claim, { kind: "claimed" }>).work;
  const start = () =>
    keepAlive(lease, {
      clock: fleet.clock,
      log: silentLog,
      intervalMs: 60_000,
      progress: () => ({ stage: "writing", pages_done: 3 }),
    });
  return { hash, lease, start };
}

/** A fleet whose lease puts are answered by `answer` once it is set. */
function withLeasePuts() {
  const control: { answer?: () => ReturnType<ObjectStore["put"]> } = {};
  const fleet = newFleet({
    wrap: (store) =>
      interceptPuts(
        store,
        (real, ...words) =>
          control.answer && words[0].startsWith("queue/processing/")
            ? control.answer()
            : real(...words),
      ),
  });
  return { fleet, control };
}

Deno.test("heartbeats renew the lease with the progress, far beyond its first deadline", async () => {
  const fleet = newFleet();
  const { hash, start } = await claimed(fleet);
  const alive = start();
  await fleet.clock.advance(60 * 60_000);
  assert.equal(alive.signal.aborted, false);
  const seen = await readLease({ store: fleet.store, log: silentLog }, hash);
  assert.equal(seen?.record.renewal, 60);
  assert.deepEqual(seen?.record.progress, { stage: "writing", pages_done: 3 });
  await alive.stop();
  assert.equal(fleet.clock.sleeping, 0);
});

Deno.test("a lease that another holds aborts the job at the next heartbeat", async () => {
  const fleet = newFleet();
  const { hash, lease, start } = await claimed(fleet);
  const alive = start();
  const body = new TextEncoder().encode(JSON.stringify({ ...lease.record, holder: "other" }));
  await fleet.store.put(leaseKey(hash), body, { kind: "none" });
  await fleet.clock.advance(60_000);
  assert.ok(alive.signal.reason instanceof LeaseLost);
  await alive.stop();
});

Deno.test("a heartbeat that hangs does not hide that the deadline has passed", async () => {
  const { fleet, control } = withLeasePuts();
  const { start } = await claimed(fleet);
  const hanging = Promise.withResolvers<{ kind: "unclear" }>();
  control.answer = () => hanging.promise;
  const alive = start();
  await fleet.clock.advance(14 * 60_000 - 1);
  assert.equal(alive.signal.aborted, false);
  await fleet.clock.advance(1);
  assert.ok(alive.signal.reason instanceof LeaseLost);
  hanging.resolve({ kind: "unclear" });
  await alive.stop();
});

Deno.test("a store that is away for a while costs nothing before the deadline", async () => {
  const { fleet, control } = withLeasePuts();
  const { start } = await claimed(fleet);
  control.answer = () => Promise.reject(new StoreError("unreachable", "away"));
  const alive = start();
  await fleet.clock.advance(10 * 60_000);
  control.answer = undefined;
  await fleet.clock.advance(60 * 60_000);
  assert.equal(alive.signal.aborted, false);
  await alive.stop();
});

Deno.test("a cancel message aborts the job with its own reason", async () => {
  const fleet = newFleet();
  const { hash, lease, start } = await claimed(fleet);
  const alive = start();
  const body = new TextEncoder().encode(JSON.stringify({ ...lease.record, cancel: true }));
  await fleet.store.put(leaseKey(hash), body, { kind: "none" });
  await fleet.clock.advance(60_000);
  assert.ok(alive.signal.reason instanceof Cancelled);
  await alive.stop();
});
