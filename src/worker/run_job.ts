/** One claimed job from its conversion to its end. Read top to bottom. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { type BlobForgeError, messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Converter, Progress } from "../convert/converter.ts";
import { packageResult } from "../convert/package_result.ts";
import type { Source } from "../library/source.ts";
import type { ErrorKind, PdfHash } from "../queue/job.ts";
import { logKey } from "../queue/layout.ts";
import { LeaseLost } from "../queue/lease.ts";
import type { Work } from "../queue/work.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { faultOf } from "./failure.ts";
import { Cancelled, type KeepAlive, keepAlive } from "./keep_alive.ts";
import { type Published, publishPatiently } from "./publish.ts";

export type JobDeps = {
  store: ObjectStore;
  clock: Clock;
  log: Log;
  workerId: string;
  heartbeatMs: number;
  conversionTimeoutMs: number;
};

export type JobEnd = {
  hash: PdfHash;
  end:
    | "done"
    | "superseded" // another's result was there first
    | "failed" // waits for its retry
    | "dead"
    | "cancelled"
    | "handed-back"
    | "lost"; // the lease is another's: nothing more was written
  pages: number;
  durationMs: number;
  error?: string;
  /** This machine cannot convert, or the store refuses it: the worker must stop. */
  infra?: BlobForgeError;
};

export type JobRequest = {
  work: Work;
  source: Source;
  converter: Converter;
  /** A folder of this job's own; the caller takes it away. */
  folder: string;
  /** Aborted when the worker must stop: the conversion is killed and the job handed back. */
  stop: AbortSignal;
  /** Called once, when the converter is free for the next job. */
  onConverted(): void;
};

/** Never throws: whatever happens is one of the ends, and was logged. */
export async function runJob(deps: JobDeps, request: JobRequest): Promise<JobEnd> {
  const { work, source, folder, stop } = request;
  const log = deps.log.with({ hash: work.hash, attempt: work.lease.attempt });
  const started = deps.clock.monotonic();
  const seen: { progress?: Progress } = {};
  const guard = keepAlive(work.lease, {
    clock: deps.clock,
    log,
    intervalMs: deps.heartbeatMs,
    progress: () => progressRecord(seen.progress, deps.clock.monotonic() - started),
  });
  const end = (kind: JobEnd["end"], rest: Partial<JobEnd> = {}): JobEnd => ({
    hash: work.hash,
    end: kind,
    pages: seen.progress?.pagesTotal ?? 0,
    durationMs: deps.clock.monotonic() - started,
    ...rest,
  });
  try {
    const signal = AbortSignal.any([guard.signal, stop]);
    const outDir = join(folder, "out");
    mkdirSync(outDir, { recursive: true });
    const conversion = await request.converter.convert({
      pdf: source.file,
      outDir,
      signal,
      timeoutMs: deps.conversionTimeoutMs,
      onProgress: (progress) => seen.progress = progress,
    });
    request.onConverted();
    // From here on a stop waits: a result in hand is worth the seconds that it takes to keep it.
    guard.signal.throwIfAborted();
    const { name, version } = request.converter;
    const durationMs = deps.clock.monotonic() - started;
    const origin = {
      hash: work.hash,
      attempt: work.lease.attempt,
      workerId: deps.workerId,
      originalFilename: source.originalName,
      tags: source.tags,
      sizeBytes: source.size,
      convertedAt: deps.clock.now(),
      durationMs,
      converter: name,
      converterVersion: version,
    };
    const { body } = await packageResult(outDir, conversion, origin, join(folder, "result.zip"));
    const { signal: held } = guard;
    const published = await publishPatiently({ ...deps, log }, work, body, { signal: held, stop });
    await guard.stop();
    await complete(work, log);
    log.info("job done", { pages: conversion.pages, seconds: seconds(durationMs), published });
    return end(ENDS[published], { pages: conversion.pages });
  } catch (error) {
    request.onConverted();
    await guard.stop();
    return await endBadly(deps, request, { error, guard, log, end });
  }
}

const ENDS: Record<Published, JobEnd["end"]> = { published: "done", superseded: "superseded" };

/** With the result published the job is done, whatever becomes of its markers: recovery finds them finished. */
async function complete(work: Work, log: Log): Promise<void> {
  try {
    await work.complete();
  } catch (error) {
    work.lease.abandon();
    log.warn("markers left to recovery", { error: messageOf(error) });
  }
}

type BadEnd = {
  error: unknown;
  guard: KeepAlive;
  log: Log;
  end(kind: JobEnd["end"], rest?: Partial<JobEnd>): JobEnd;
};

/** Ends an attempt that gave no result. Which way is decided by who stopped it, then by what was thrown. */
async function endBadly(deps: JobDeps, request: JobRequest, bad: BadEnd): Promise<JobEnd> {
  const { work, stop } = request;
  const { error, guard, log, end } = bad;
  try {
    const lost = [guard.signal.reason, error].find((one) => one instanceof LeaseLost);
    if (lost) throw lost;
    if (guard.signal.reason instanceof Cancelled) {
      await work.buryCancelled();
      log.info("job cancelled");
      return end("cancelled");
    }
    const fault = faultOf(error);
    // Not the document's own fault while the worker stops: its host may have got the signal first.
    const isOwn = fault.of === "job" && ["poison", "unreadable"].includes(fault.failure.kind);
    if (stop.aborted && !isOwn) {
      await work.handBack();
      log.info("job handed back");
      return end("handed-back");
    }
    if (fault.of === "store") throw fault.error;
    if (fault.of === "machine") return await endHere(work, fault.error, bad);
    const { failure } = fault;
    if (failure.log) await keepLog(deps, work.hash, failure.log, log);
    const { reason } = failure;
    const kind = failure.kind as Exclude<ErrorKind, "infra">;
    // People know the PDF by its name, not by where this worker keeps it.
    const told = failure.message.replaceAll(request.source.file, request.source.originalName);
    const became = await work.fail({ kind, reason, error: told });
    log.warn(`job ${became}`, { kind, reason, error: told });
    return end(became, { error: told });
  } catch (lost) {
    return loseJob(work, lost, bad);
  }
}

/** Nothing can be done here: the job is another's to try, and this worker stops, also if the lease is lost meanwhile. */
async function endHere(work: Work, infra: BlobForgeError, bad: BadEnd): Promise<JobEnd> {
  bad.log.error("worker cannot go on", { error: infra.message, hint: infra.hint });
  try {
    await work.handBack();
    return bad.end("handed-back", { infra });
  } catch (lost) {
    return loseJob(work, lost, bad, infra);
  }
}

/** The lease is another's, or the store is away: its expiry tells the others. */
function loseJob(work: Work, lost: unknown, bad: BadEnd, infra?: BlobForgeError): JobEnd {
  work.lease.abandon();
  const error = messageOf(lost);
  bad.log.warn("job lost", { error });
  return bad.end("lost", { error, ...(infra ? { infra } : {}) });
}

/** The end of what the host said, for `blobforge logs`. Losing it is no failure. */
async function keepLog(deps: JobDeps, hash: PdfHash, text: string, log: Log): Promise<void> {
  try {
    const body = new TextEncoder().encode(text);
    await deps.store.put(logKey(hash, "conversion"), body, { kind: "none" });
  } catch (error) {
    log.warn("log not kept", { error: messageOf(error) });
  }
}

/** As dashboards read it from the lease: the original's names where it has them. */
function progressRecord(progress: Progress | undefined, elapsedMs: number) {
  if (progress === undefined) return undefined;
  const { stage, pagesDone, pagesTotal } = progress;
  return {
    stage,
    pages_done: pagesDone,
    pages_total: pagesTotal,
    percent: pagesTotal > 0 ? Math.round(pagesDone / pagesTotal * 1000) / 10 : null,
    elapsed_s: seconds(elapsedMs),
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
