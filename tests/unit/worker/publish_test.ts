import assert from "node:assert/strict";
import { outKey } from "../../../src/queue/layout.ts";
import type { Work } from "../../../src/queue/work.ts";
import type { Body, ObjectStore, PutResult } from "../../../src/store/object_store.ts";
import { silentLog } from "../../../src/base/log.ts";
import { publish, publishPatiently } from "../../../src/worker/publish.ts";
import { addJob, type Fleet, newFleet } from "../../support/fleet.ts";
import { interceptPuts } from "../../support/intercepted_store.ts";
import { createHash } from "node:crypto";

const signal = new AbortController().signal;

async function claimedWork(fleet: Fleet): Promise<Work> {
  await addJob(fleet, "job");
  const claim = await fleet.queue.claim((await fleet.queue.nextCandidate())!);
  assert.equal(claim.kind, "claimed");
  return (claim as Extract<typeof claim, { kind: "claimed" }>).work;
}

function bodyOf(text: string): Body {
  const bytes = new TextEncoder().encode(text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { size: bytes.length, sha256, open: () => new Blob([bytes]).stream() };
}

/** The store, but puts are answered `answer`; `applies` tells whether they took effect. */
function lossy(store: ObjectStore, answer: PutResult, applies: boolean): ObjectStore {
  return interceptPuts(store, async (real, ...words) => {
    if (applies) await real(...words);
    return answer;
  });
}

Deno.test("publish() finds its own result when the answer to its put was lost", async () => {
  const fleet = newFleet();
  const work = await claimedWork(fleet);
  const store = lossy(fleet.store, { kind: "unclear" }, true);
  assert.equal(await publish(store, work, bodyOf("mine"), signal), "published");
});

Deno.test("publish() takes a conflict with its own repeated put for success", async () => {
  const fleet = newFleet();
  const work = await claimedWork(fleet);
  const store = lossy(fleet.store, { kind: "conflict" }, true);
  assert.equal(await publish(store, work, bodyOf("mine"), signal), "published");
});

Deno.test("publish() leaves another's result alone", async () => {
  const fleet = newFleet();
  const work = await claimedWork(fleet);
  const other = new TextEncoder().encode("other");
  await fleet.store.put(outKey(work.hash), other, { kind: "absent" });
  assert.equal(await publish(fleet.store, work, bodyOf("mine"), signal), "superseded");
  const kept = await fleet.store.get(outKey(work.hash));
  assert.equal(await new Response(kept!.body).text(), "other");
});

Deno.test("publish() fails for a retry when nobody knows whether the result is there", async () => {
  const fleet = newFleet();
  const work = await claimedWork(fleet);
  const store = lossy(fleet.store, { kind: "unclear" }, false);
  await assert.rejects(publish(store, work, bodyOf("mine"), signal), { kind: "transient" });
});

Deno.test("publish() replaces just the result that the job asked to replace", async () => {
  const fleet = newFleet();
  const first = await claimedWork(fleet);
  await publish(fleet.store, first, bodyOf("old"), signal);
  await first.complete();
  await fleet.queue.reconvert(first.hash);
  const claim = await fleet.queue.claim({ hash: first.hash, priority: "3_normal" });
  assert.equal(claim.kind, "claimed");
  const { work } = claim as Extract<typeof claim, { kind: "claimed" }>;
  assert.equal(await publish(fleet.store, work, bodyOf("new"), signal), "published");
  await work.complete();
  const kept = await fleet.store.get(outKey(first.hash));
  assert.equal(await new Response(kept!.body).text(), "new");
  assert.equal((await fleet.queue.find(first.hash))?.state, "done");
});

Deno.test("a result waits for its store as long as the lease lives, and no longer", async () => {
  const fleet = newFleet();
  const work = await claimedWork(fleet);
  const store = lossy(fleet.store, { kind: "unclear" }, false);
  const lost = new AbortController();
  const { clock } = fleet;
  const waiting = publishPatiently({ store, clock, log: silentLog }, work, bodyOf("mine"), {
    signal: lost.signal,
    stop: signal,
  });
  void clock.sleep(600_000).then(() => lost.abort(new Error("lease lost")));
  await assert.rejects(clock.runUntil(waiting), /lease lost/);
});

Deno.test("a result that a store never takes is given up in the end, and at the first failure after a stop", async () => {
  for (const stop of [signal, AbortSignal.abort(new Error("SIGTERM"))]) {
    const fleet = newFleet();
    const work = await claimedWork(fleet);
    let puts = 0;
    const store = interceptPuts(fleet.store, () => {
      puts++;
      return Promise.resolve({ kind: "unclear" });
    });
    const { clock } = fleet;
    const deps = { store, clock, log: silentLog };
    const trying = publishPatiently(deps, work, bodyOf("mine"), { signal, stop });
    await assert.rejects(clock.runUntil(trying), { kind: "transient" });
    assert.ok(stop.aborted ? puts === 1 : puts > 10 && puts < 100, `${puts} puts`);
  }
});
