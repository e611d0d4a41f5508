import assert from "node:assert/strict";
import { join } from "node:path";
import type { Clock } from "../../../src/base/clock.ts";
import { ConversionError } from "../../../src/convert/converter.ts";
import { leaseKey, rawKey } from "../../../src/queue/layout.ts";
import { StoreError, type StoreFault } from "../../../src/store/store_error.ts";
import { runWorker, type WorkerDeps, type WorkerOptions } from "../../../src/worker/worker.ts";
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
import { intercept } from "../../support/intercepted_store.ts";

const never = new AbortController().signal;
const UNCLEAR = { kind: "unclear" } as const;

type Run = { stop?: AbortSignal; until?: WorkerOptions["until"]; deps?: Partial<WorkerDeps> };

async function work(fleet: Fleet, { stop = never, until = "drain", deps = {} }: Run = {}) {
  const folder = Deno.makeTempDirSync({ prefix: "blobforge-test-" });
  try {
    const whole = workerDeps(fleet, join(folder, "work"), deps);
    return await fleet.clock.runUntil(runWorker(whole, { until }, stop));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A fleet whose `get`, `put`, `list` are in the test's hands once `broken` says so. */
function fleetWith(own: Parameters<typeof intercept>[1]): Fleet {
  return newFleet({ wrap: (store) => intercept(store, own) });
}

function away(fault: StoreFault = "unreachable"): StoreError {
  return new StoreError(fault, `the store is ${fault}`);
}

/** The clock, and every pause that was made by it. */
function noted(inner: Clock): { clock: Clock; pauses: number[] } {
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => inner.now(),
    monotonic: () => inner.monotonic(),
    sleep(ms, signal) {
      pauses.push(ms);
      return inner.sleep(ms, signal);
    },
  };
  return { clock, pauses };
}

Deno.test("a store that refuses every claim is asked less and less often", async () => {
  const stop = new AbortController();
  let claims = 0;
  const fleet = fleetWith({
    put: (real, ...words) => {
      if (!words[0].startsWith("queue/processing/")) return real(...words);
      if (++claims === 12) stop.abort(new Error("enough"));
      return Promise.resolve(UNCLEAR);
    },
  });
  await addJob(fleet, "job");
  const { clock, pauses } = noted(fleet.clock);
  await work(fleet, { stop: stop.signal, until: "forever", deps: { clock } });
  const inVain = pauses.filter((ms) => ms <= 10_000 && ms !== 5000);
  assert.ok(inVain.length >= 9, `${inVain.length} pauses`);
  assert.ok(inVain.at(-1)! > inVain[0]!);
});

Deno.test("a drain outlives a store that is away when nothing is left to claim", async () => {
  let faults = 0;
  const fleet = fleetWith({
    list: (real, ...words) => {
      if (words[0] === "queue/failed/" && ++faults <= 3) throw away();
      return real(...words);
    },
  });
  await addJob(fleet, "job");
  const report = await work(fleet);
  assert.equal(report.ends.done, 1);
  assert.ok(faults > 3);
});

Deno.test("a free slot of a drain takes a job that comes while another still runs", async () => {
  const fleet = newFleet();
  await addJob(fleet, "long");
  const later = Promise.withResolvers<void>();
  const converter = () =>
    new FakeConverter(async (request) => {
      const text = await Deno.readTextFile(request.pdf);
      if (text === "later") later.resolve();
      else await later.promise;
      return await copyPdf(request);
    });
  void fleet.clock.sleep(60_000).then(() => addJob(fleet, "later"));
  const report = await work(fleet, { deps: { converters: [converter(), converter()] } });
  assert.equal(report.ends.done, 2);
});

Deno.test("a drain that waits for retries reads their markers when they are due, not all the time", async () => {
  let reads = 0;
  const fleet = fleetWith({
    get: (real, ...words) => {
      if (words[0].startsWith("queue/failed/")) reads++;
      return real(...words);
    },
  });
  await addJob(fleet, "flaky");
  let attempts = 0;
  const flaky = new FakeConverter((request) => {
    if (++attempts < 3) throw new ConversionError("transient", "host-died", "it died");
    return copyPdf(request);
  });
  const report = await work(fleet, { deps: { converters: [flaky] } });
  assert.equal(report.ends.done, 1);
  assert.ok(reads < 25, `${reads} reads of failed markers`);
});

Deno.test("one source that the store does not give fails its own job, and the others are done", async () => {
  for (const fault of ["denied", "unexpected", "unreachable"] as const) {
    const bad = { key: "" };
    const fleet = fleetWith({
      get: (real, ...words) => {
        if (words[0] === bad.key) throw away(fault);
        return real(...words);
      },
    });
    for (const name of ["a", "b", "c", "d"]) await addJob(fleet, name);
    const stop = new AbortController();
    let ends = 0;
    const onEnd = () => {
      if (++ends === 5) stop.abort(new Error("seen"));
    };
    let first = true;
    const converter = new FakeConverter(async (request) => {
      if (first) bad.key = rawKey(await addJob(fleet, "frozen"));
      first = false;
      return await copyPdf(request);
    });
    const deps = { converters: [converter], onEnd };
    const report = await work(fleet, { stop: stop.signal, deps });
    assert.deepEqual([report.ends.done, report.ends.failed], [4, 1], fault);
    const left = await keysOf(fleet.store, "queue/failed/");
    assert.equal(left.length, 1, fault);
  }
});

Deno.test("a store that gives no source at all ends the worker and costs no retry", async () => {
  const fleet = fleetWith({
    get: (real, ...words) => {
      if (words[0].startsWith("store/raw/")) throw away("denied");
      return real(...words);
    },
  });
  const hash = await addJob(fleet, "job");
  await assert.rejects(work(fleet), { fault: "denied" });
  assert.deepEqual((await fleet.queue.find(hash))?.state, "todo");
});

Deno.test("a disk that is full when a source is fetched ends the worker with advice", async () => {
  const fleet = fleetWith({
    get: async (real, ...words) => {
      const stored = await real(...words);
      if (!stored || !words[0].startsWith("store/raw/")) return stored;
      const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      return { ...stored, body: new ReadableStream({ start: (to) => to.error(full) }) };
    },
  });
  const hash = await addJob(fleet, "job");
  const report = await work(fleet);
  assert.deepEqual([report.infra?.kind, report.infra?.reason], ["infra", "no-space"]);
  assert.match(report.infra?.hint ?? "", /BLOBFORGE_STATE_DIR/);
  assert.deepEqual((await fleet.queue.find(hash))?.retries, 0);
});

Deno.test("when one slot cannot convert, the jobs of all slots are handed back uncounted", async () => {
  const fleet = newFleet();
  await addJob(fleet, "one");
  await addJob(fleet, "two");
  const running = Promise.withResolvers<void>();
  const healthy = new FakeConverter((request) => {
    running.resolve();
    return endless(request);
  });
  const broken = new FakeConverter(async () => {
    await running.promise;
    throw new ConversionError("infra", "no-model", "no model", "install it");
  });
  const report = await work(fleet, { deps: { converters: [healthy, broken] } });
  assert.equal(report.ends["handed-back"], 2);
  assert.equal(report.infra?.reason, "no-model");
  for await (const { hash } of fleet.queue.list("todo")) {
    assert.equal((await fleet.queue.find(hash))?.retries, 0);
  }
  assert.deepEqual(await keysOf(fleet.store, "queue/processing/"), []);
});

Deno.test("a machine that cannot convert stops also when it has lost its lease", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "job");
  const broken = new FakeConverter(async () => {
    await fleet.store.delete(leaseKey(hash));
    throw new ConversionError("infra", "no-model", "no model");
  });
  const report = await work(fleet, { deps: { converters: [broken] } });
  assert.deepEqual([report.ends.lost, report.infra?.reason], [1, "no-model"]);
});

Deno.test("a host that dies of the signal that stops the worker costs its job no retry", async () => {
  const fleet = newFleet();
  const hash = await addJob(fleet, "job");
  const stop = new AbortController();
  const dying = new FakeConverter(() => {
    stop.abort(new Error("SIGTERM"));
    throw new ConversionError("transient", "host-died", "its host was ended by SIGTERM");
  });
  const report = await work(fleet, { stop: stop.signal, deps: { converters: [dying] } });
  assert.equal(report.ends["handed-back"], 1);
  const job = await fleet.queue.find(hash);
  assert.deepEqual([job?.state, job?.retries], ["todo", 0]);
});

Deno.test("a result waits for a store that is away for ten minutes", async () => {
  let since: number | null = null;
  const fleet = fleetWith({
    put: (real, ...words) => {
      if (words[0].startsWith("store/out/")) since ??= fleet.clock.monotonic();
      const isAway = since !== null && fleet.clock.monotonic() < since + 600_000;
      return isAway && words[0].startsWith("store/") ? Promise.resolve(UNCLEAR) : real(...words);
    },
  });
  await addJob(fleet, "precious");
  const converter = new FakeConverter();
  const report = await work(fleet, { deps: { converters: [converter] } });
  assert.deepEqual([report.ends.done, converter.conversions], [1, 1]);
});

Deno.test("a store that refuses results for good ends the worker, and the job is handed back", async () => {
  const fleet = fleetWith({
    put: (real, ...words) => {
      if (words[0].startsWith("store/out/")) throw away("denied");
      return real(...words);
    },
  });
  const hash = await addJob(fleet, "job");
  await assert.rejects(work(fleet), { fault: "denied" });
  const job = await fleet.queue.find(hash);
  assert.deepEqual([job?.state, job?.retries], ["todo", 0]);
});

Deno.test("a job whose result is published is done, though its marker cannot be deleted", async () => {
  const stop = new AbortController();
  const fleet = fleetWith({
    delete: (real, ...words) =>
      words[0].startsWith("queue/todo/") ? Promise.resolve(UNCLEAR) : real(...words),
  });
  const hash = await addJob(fleet, "job");
  const onEnd = () => stop.abort(new Error("seen"));
  const report = await work(fleet, { stop: stop.signal, deps: { onEnd } });
  assert.deepEqual([report.ends.done, report.ends.lost], [1, 0]);
  assert.equal((await fleet.queue.find(hash))?.state, "done");
});

Deno.test("a machine on which every job fails slows down, so that others get their retries", async () => {
  const fleet = newFleet();
  for (let at = 0; at < 10; at++) await addJob(fleet, `job ${at}`);
  const { clock, pauses } = noted(fleet.clock);
  const stop = new AbortController();
  const failing = new FakeConverter(() => {
    if (failing.conversions === 7) stop.abort(new Error("seen"));
    throw new ConversionError("transient", "host-died", "it died");
  });
  await work(fleet, { stop: stop.signal, deps: { clock, converters: [failing] } });
  // 1, 2 and 4 seconds, or half of that.
  const slow = pauses.filter((ms) => ms >= 500 && ms <= 8000 && ms !== 5000);
  assert.ok(slow.length >= 3, `${slow}`);
});

Deno.test("a mistake in what a worker tells others ends it, after its jobs were handed back", async () => {
  const fleet = newFleet();
  await addJob(fleet, "one");
  await addJob(fleet, "two");
  const onEnd = () => {
    throw new Error("a mistake");
  };
  const waiting = new FakeConverter(endless);
  const deps = { converters: [new FakeConverter(), waiting], onEnd };
  await assert.rejects(work(fleet, { deps }), /a mistake/);
  assert.deepEqual(await keysOf(fleet.store, "queue/processing/"), []);
});

Deno.test("a stop is not held up by heartbeats of a worker's presence that hang", async () => {
  const stop = new AbortController();
  const fleet = fleetWith({
    put: (real, ...words) =>
      words[0].startsWith("registry/workers/") ? new Promise<never>(() => {}) : real(...words),
  });
  await addJob(fleet, "job");
  const report = await work(fleet, { stop: stop.signal });
  assert.equal(report.ends.done, 1);
});

Deno.test("no two jobs of two lives of a worker use one folder", async () => {
  const fleet = newFleet();
  await addJob(fleet, "one");
  await addJob(fleet, "two");
  const folders = new Set<string>();
  const noting = new FakeConverter((request) => {
    folders.add(request.outDir.split("/work/")[1]!);
    return copyPdf(request);
  });
  const deps = () => ({ converters: [Object.assign(noting, { closed: false })] });
  await work(fleet, { until: "once", deps: deps() });
  await work(fleet, { until: "once", deps: deps() });
  assert.equal(folders.size, 2);
});
