/** Who acts on the simulated queue. Each is an endless loop in a process of its own, and uses the program's real code. */
import type { Random } from "../../src/base/random.ts";
import { silentLog } from "../../src/base/log.ts";
import { messageOf } from "../../src/base/errors.ts";
import type { Clock } from "../../src/base/clock.ts";
import { sweep } from "../../src/janitor/sweep.ts";
import { type PdfHash, PRIORITIES, type Priority } from "../../src/queue/job.ts";
import { rawKey } from "../../src/queue/layout.ts";
import { LeaseLost } from "../../src/queue/lease.ts";
import type { Queue } from "../../src/queue/queue.ts";
import { encodeRecord } from "../../src/queue/records.ts";
import type { Work } from "../../src/queue/work.ts";
import type { ObjectStore } from "../../src/store/object_store.ts";
import { StoreError } from "../../src/store/store_error.ts";
import { bodyOf } from "../../src/store/verified_body.ts";
import { Cancelled, type KeepAlive, keepAlive } from "../../src/worker/keep_alive.ts";
import { publish } from "../../src/worker/publish.ts";

export type Stage = {
  store: ObjectStore;
  clock: Clock;
  random: Random;
  queue: Queue;
  /** False in the end phase: nobody asks for anything any more, and every conversion succeeds. */
  isStormy(): boolean;
  pickHash(): PdfHash;
  count(event: string): void;
};

/** Converts what it can claim. */
export async function work(stage: Stage): Promise<never> {
  const { clock, random, queue, count } = stage;
  while (true) {
    await clock.sleep(500 + random.int(8_000));
    await tolerant(async () => {
      const candidate = await queue.nextCandidate();
      if (candidate === null) return;
      const claim = await queue.claim(candidate);
      count(`claim ${claim.kind}`);
      if (claim.kind === "claimed") count(`work ${await runWork(stage, claim.work)}`);
    });
  }
}

/** As the worker's `runJob`, with a sleep for the conversion. */
async function runWork(stage: Stage, work: Work): Promise<string> {
  const { store, clock, random, queue } = stage;
  const intervalMs = queue.settings.heartbeatMs;
  const guard = keepAlive(work.lease, {
    clock,
    log: silentLog,
    intervalMs,
    progress: () => undefined,
  });
  try {
    if (await store.head(rawKey(work.hash)) === null) {
      await guard.stop();
      const failure = { kind: "poison", reason: "no-source", error: "no source" } as const;
      return await unlessLost(work, () => work.fail(failure));
    }
    await clock.sleep(1000 + random.int(60_000), guard.signal);
    const end = stage.isStormy() ? random.int(20) : 0;
    if (end >= 10) {
      await guard.stop();
      return await unlessLost(work, () => endOtherwise(work, end));
    }
    const zip = encodeRecord({ hash: work.hash, attempt: work.lease.attempt });
    const published = await publish(store, work, bodyOf(zip), guard.signal);
    await guard.stop();
    await work.complete();
    return published;
  } catch (error) {
    await guard.stop();
    return await endBadly(work, guard, error);
  }
}

async function endOtherwise(work: Work, end: number): Promise<string> {
  if (end < 13) return await work.fail({ kind: "transient", reason: "odd", error: "odd" });
  if (end < 15) return await work.fail({ kind: "resource", reason: "memory", error: "memory" });
  if (end < 16) return await work.fail({ kind: "poison", reason: "damaged", error: "damaged" });
  await work.handBack();
  return "handed back";
}

function endBadly(work: Work, guard: KeepAlive, error: unknown): Promise<string> {
  return unlessLost(work, async () => {
    if (guard.signal.reason instanceof LeaseLost) throw guard.signal.reason;
    if (error instanceof LeaseLost || error instanceof StoreError) throw error;
    if (!isExpected(error) && !guard.signal.aborted) throw error;
    if (!(guard.signal.reason instanceof Cancelled)) {
      return await work.fail({ kind: "transient", reason: "store", error: messageOf(error) });
    }
    await work.buryCancelled();
    return "cancelled";
  });
}

/** An end that cannot be written leaves the lease to its recovery. */
async function unlessLost(work: Work, end: () => Promise<string>): Promise<string> {
  try {
    return await end();
  } catch (error) {
    if (!isExpected(error)) throw error;
    work.lease.abandon();
    return "lost";
  }
}

/** Requeues, recovers and compares. */
export async function janitor(stage: Stage): Promise<never> {
  const { clock, random, queue, count } = stage;
  while (true) {
    await clock.sleep(3_000 + random.int(20_000));
    await tolerant(async () => {
      const deep = random.int(3) === 0;
      await sweep({ queue, log: silentLog }, {
        deep,
        onItem: (item) => {
          count(`sweep ${item.action}`);
          if (item.action === "error") throw item.error;
        },
      });
    });
  }
}

/** Asks for everything that a person may ask for. */
export async function person(stage: Stage): Promise<void> {
  const { clock, random, queue, count } = stage;
  while (stage.isStormy()) {
    await clock.sleep(1_000 + random.int(25_000));
    if (!stage.isStormy()) return;
    const hash = stage.pickHash();
    const priority = pickPriority(random);
    const waitMs = random.int(2) * random.int(30_000);
    await tolerant(async () => {
      const wish = random.int(100);
      if (wish < 28) {
        await queue.retry(hash, { priority, resetRetries: random.int(3) === 0 });
        count("retry");
      } else if (wish < 45) {
        count(`cancel ${(await queue.cancel(hash, waitMs)).outcome}`);
      } else if (wish < 70) {
        const { asked } = await queue.reprioritize(hash, priority, waitMs);
        count(asked ? "reprioritize asked" : "reprioritize");
      } else if (wish < 97) {
        await queue.reconvert(hash, priority);
        count("reconvert");
      } else {
        await queue.remove(hash);
        count("remove");
      }
    });
  }
}

/** Ingests the same files again and again, as `ingest --watch` of two machines would. */
export async function ingest(stage: Stage): Promise<void> {
  const { store, clock, random, queue, count } = stage;
  while (stage.isStormy()) {
    await tolerant(async () => {
      const hash = stage.pickHash();
      const put = await store.put(rawKey(hash), encodeRecord({ raw: hash }), { kind: "absent" });
      if (put.kind === "unclear") return;
      const isNew = put.kind === "written";
      count(`ingest ${await queue.enqueue(hash, pickPriority(random), { isNew })}`);
    });
    await clock.sleep(1_000 + random.int(20_000));
  }
}

function pickPriority(random: Random): Priority {
  return PRIORITIES[1 + random.int(3)]!;
}

/** Errors that the program shows to people are part of the game; others are bugs of the code under test. */
async function tolerant(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

function isExpected(error: unknown): boolean {
  if (error instanceof StoreError || error instanceof LeaseLost) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return code === "conflict" || code === "not-found" || isConversionError(error);
}

function isConversionError(error: unknown): boolean {
  return error instanceof Error && error.name === "ConversionError";
}
