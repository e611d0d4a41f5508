import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { ConversionError } from "../../../src/convert/converter.ts";
import { leaseKey, outKey, rawKey } from "../../../src/queue/layout.ts";
import { readLease } from "../../../src/queue/lease.ts";
import { silentLog } from "../../../src/base/log.ts";
import { runWorker, type WorkerDeps } from "../../../src/worker/worker.ts";
import {
  addJob,
  copyPdf,
  endless,
  FakeConverter,
  type Fleet,
  keysOf,
  newFleet,
  workerDeps,
} from "../../support/fleet.ts";
import { interceptPuts } from "../../support/intercepted_store.ts";

const never = new AbortController().signal;

async function drain(fleet: Fleet, rest: Partial<WorkerDeps> = {}, stop: AbortSignal = never) {
  const folder = Deno.makeTempDirSync({ prefix: "blobforge-test-" });
  try {
    const deps = workerDeps(fleet, `${folder}/work`, rest);
    const report = await fleet.clock.runUntil(runWorker(deps, { until: "drain" }, stop));
    assert.ok(
      deps.converters.every((one) => (one as FakeConverter).closed),
      "converters are closed",
    );
    assert.deepEqual([...Deno.readDirSync(`${folder}/work`)], [], "nothing is left on the disk");
    return report;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a worker converts every job once and leaves results only", async () => {
  const fleet = newFleet();
  const hashes = await Promise.all(["one", "two", "three"].map((name) => addJob(fleet, name)));
  const converter = new FakeConverter();
  const report = await drain(fleet, { converters: [converter] });
  assert.equal(report.ends.done, 3);
  assert.equal(converter.conversions, 3);
  assert.deepEqual(await keysOf(fleet.store, "store/out/"), hashes.map(outKey).sort());
  assert.deepEqual(await keysOf(fleet.store, "queue/"), []);
});

Deno.test("a transient failure is retried after its pause, and the retries are counted", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "flaky");
  let attempts = 0;
  const flaky = new FakeConverter((request) => {
    if (++attempts < 3) throw new ConversionError("transient", "host-died", "it died");
    return copyPdf(request);
  });
  const report = await drain(fleet, { converters: [flaky] });
  assert.deepEqual([report.ends.failed, report.ends.done], [2, 1]);
  assert.equal((await fleet.queue.find(hash))?.state, "done");
});

Deno.test("a job that always fails is dead after max_retries + 1 attempts, each in its history", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "hopeless");
  let attempts = 0;
  const hopeless = new FakeConverter(() => {
    throw new ConversionError("resource", "timeout", `too slow ${++attempts}`);
  });
  await drain(fleet, { converters: [hopeless] });
  const job = await fleet.queue.find(hash);
  assert.equal(job?.state, "dead");
  assert.equal(job?.dead?.reason, "retries-exhausted");
  assert.equal(job?.dead?.total_retries, 4);
  const errors = (job?.dead?.attempts ?? []).map((one) => one.error);
  assert.deepEqual(errors, ["too slow 1", "too slow 2", "too slow 3", "too slow 4"]);
});

Deno.test("poison and unreadable documents are dead at once with their reason, and stop nobody", async () => {
  const fleet = newFleet();
  const locked = await addJob(fleet, "locked");
  const scan = await addJob(fleet, "scan");
  await addJob(fleet, "fine");
  const converter = new FakeConverter(async (request) => {
    const text = await Deno.readTextFile(request.pdf);
    if (text === "locked") throw new ConversionError("poison", "encrypted", "it needs a password");
    if (text === "scan") throw new ConversionError("unreadable", "needs-ocr", "images only");
    return await copyPdf(request);
  });
  const report = await drain(fleet, { converters: [converter] });
  assert.deepEqual([report.ends.dead, report.ends.done], [2, 1]);
  assert.equal((await fleet.queue.find(locked))?.dead?.reason, "encrypted");
  assert.equal((await fleet.queue.find(scan))?.dead?.reason, "needs-ocr");
});

Deno.test("a machine that cannot convert hands the job back uncounted and stops with advice", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "innocent");
  const broken = new FakeConverter(() => {
    throw new ConversionError("infra", "no-model", "no model", "install it");
  });
  const report = await drain(fleet, { converters: [broken] });
  assert.equal(report.infra?.hint, "install it");
  const job = await fleet.queue.find(hash);
  assert.deepEqual([job?.state, job?.retries], ["todo", 0]);
});

Deno.test("a stop hands running jobs back at once, uncounted", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "long");
  const stop = new AbortController();
  const converter = new FakeConverter((request) => {
    const work = endless(request);
    stop.abort(new Error("SIGTERM"));
    return work;
  });
  const report = await drain(fleet, { converters: [converter] }, stop.signal);
  assert.equal(report.ends["handed-back"], 1);
  const job = await fleet.queue.find(hash);
  assert.deepEqual([job?.state, job?.retries], ["todo", 0]);
});

Deno.test("a stop lets a result that is there be published", async () => {
  const stop = new AbortController();
  const fleet = newFleet({
    wrap: (store) =>
      interceptPuts(store, (real, ...words) => {
        if (words[0].startsWith("store/out/")) stop.abort(new Error("SIGTERM"));
        return real(...words);
      }),
  });
  const hash = await addJob(fleet, "nearly");
  const report = await drain(fleet, {}, stop.signal);
  assert.equal(report.ends.done, 1);
  assert.equal((await fleet.queue.find(hash))?.state, "done");
});

Deno.test("a cancel message ends a running job at its next heartbeat and buries it", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "unwanted");
  const running = Promise.withResolvers<void>();
  const converter = new FakeConverter((request) => {
    running.resolve();
    return endless(request);
  });
  const drained = drain(fleet, { converters: [converter] });
  await running.promise;
  const cancelled = fleet.queue.cancel(hash, 120_000);
  const report = await drained;
  assert.equal(report.ends.cancelled, 1);
  assert.equal((await fleet.clock.runUntil(cancelled)).outcome, "cancelled");
  const job = await fleet.queue.find(hash);
  assert.deepEqual([job?.state, job?.dead?.reason], ["dead", "cancelled"]);
});

Deno.test("a worker whose lease was taken over kills its conversion and writes nothing more", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "contested");
  const running = Promise.withResolvers<void>();
  const converter = new FakeConverter((request) => {
    running.resolve();
    return endless(request);
  });
  const stop = new AbortController();
  const drained = drain(fleet, {
    converters: [converter],
    onEnd: () => stop.abort(new Error("seen")),
  }, stop.signal);
  await running.promise;
  const lease = await readLease({ store: fleet.store, log: silentLog }, hash);
  const thief = JSON.stringify({ ...lease!.record, holder: "thief" });
  const key = leaseKey(hash);
  await fleet.store.put(key, new TextEncoder().encode(thief), { kind: "none" });
  const before = await keysOf(fleet.store, "");
  const report = await drained;
  assert.equal(report.ends.lost, 1);
  const after = await keysOf(fleet.store, "");
  const ours = (keys: string[]) => keys.filter((one) => !one.startsWith("registry/"));
  assert.deepEqual(ours(after), ours(before));
});

Deno.test("a job whose source is missing or damaged is dead with the reason", async () => {
  const fleet = newFleet();
  const gone = await addJob(fleet, "gone");
  const damaged = await addJob(fleet, "damaged");
  await fleet.store.delete(rawKey(gone));
  await fleet.store.put(rawKey(damaged), new TextEncoder().encode("other"), { kind: "none" });
  const report = await drain(fleet);
  assert.equal(report.ends.dead, 2);
  assert.equal((await fleet.queue.find(gone))?.dead?.reason, "no-source");
  assert.equal((await fleet.queue.find(damaged))?.dead?.reason, "source-damaged");
});

Deno.test("what a dead worker left is recovered and converted by one that drains", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "orphan");
  const candidate = await fleet.queue.nextCandidate();
  const claim = await fleet.queue.claim(candidate!);
  assert.equal(claim.kind, "claimed"); // and its worker is never heard of again
  const report = await drain(fleet);
  assert.equal(report.ends.done, 1);
  assert.equal((await fleet.queue.find(hash))?.state, "done");
});

Deno.test("run-once works on one job and stops", async () => {
  const fleet = newFleet();
  await addJob(fleet, "first");
  await addJob(fleet, "second");
  const folder = Deno.makeTempDirSync({ prefix: "blobforge-test-" });
  const deps = workerDeps(fleet, `${folder}/work`);
  const report = await fleet.clock.runUntil(runWorker(deps, { until: "once" }, never));
  assert.equal(report.ends.done, 1);
  assert.equal((await keysOf(fleet.store, "queue/todo/")).length, 1);
  Deno.removeSync(folder, { recursive: true });
  assert.ok(!existsSync(folder));
});
