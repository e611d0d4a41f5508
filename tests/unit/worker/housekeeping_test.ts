import assert from "node:assert/strict";
import { silentLog } from "../../../src/base/log.ts";
import { changeConfig } from "../../../src/queue/remote_config.ts";
import { SWEEP } from "../../../src/queue/layout.ts";
import { StoreError } from "../../../src/store/store_error.ts";
import { keepHouse } from "../../../src/worker/housekeeping.ts";
import { addJob, type Fleet, newFleet } from "../../support/fleet.ts";
import { intercept } from "../../support/intercepted_store.ts";

async function house(fleet: Fleet, ms: number) {
  const stop = new AbortController();
  const { clock, random, queue } = fleet;
  const seen: number[] = [];
  const onConfig = ({ max_retries }: { max_retries: number }) => seen.push(max_retries);
  const deps = { queue, clock, random, log: silentLog, workerId: "bf-test-0", onConfig };
  const keeping = keepHouse(deps, stop.signal);
  void clock.sleep(ms).then(() => stop.abort(new Error("enough")));
  await clock.runUntil(keeping);
  return seen;
}

Deno.test("settings that are changed for the fleet reach a worker that runs", async () => {
  const fleet = newFleet();
  void fleet.clock.sleep(300_000).then(() => changeConfig(fleet, { max_retries: 7 }));
  const seen = await house(fleet, 600_000);
  assert.deepEqual([seen[0], seen.at(-1)], [3, 7]);
  assert.equal(fleet.queue.settings.maxRetries, 7);
});

Deno.test("workers sweep also where registry/sweep.json cannot be written", async () => {
  const fleet = newFleet({
    wrap: (store) =>
      intercept(store, {
        put: (real, ...words) => {
          if (words[0] === SWEEP) throw new StoreError("denied", "not allowed");
          return real(...words);
        },
      }),
  });
  const hash = await addJob(fleet, "job");
  const claim = await fleet.queue.claim((await fleet.queue.nextCandidate())!);
  assert.equal(claim.kind, "claimed");
  await house(fleet, 30 * 60_000);
  assert.equal((await fleet.queue.find(hash))?.state, "todo");
});

Deno.test("a store that is away for a while ends no housekeeping", async () => {
  let faults = 0;
  const fleet = newFleet({
    wrap: (store) =>
      intercept(store, {
        get: (real, ...words) => {
          if (++faults <= 3) throw new StoreError("unreachable", "away");
          return real(...words);
        },
      }),
  });
  assert.ok((await house(fleet, 600_000)).length > 0);
});
