/** One claimed job from its conversion to its end. Read top to bottom. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { ConversionError, type Converter, type Progress } from "../convert/converter.ts";
import { packageResult } from "../convert/package_result.ts";
import type { Source } from "../library/source.ts";
import type { PdfHash } from "../queue/job.ts";
import { logKey } from "../queue/layout.ts";
import { LeaseLost } from "../queue/lease.ts";
import type { Work } from "../queue/work.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { StoreError } from "../store/store_error.ts";
import { Cancelled, type KeepAlive, keepAlive } from "./keep_alive.ts";
import { publish } from "./publish.ts";

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
  /** This machine cannot convert: the worker must stop. */
  infra?: ConversionError;
};

export type JobRequest = {
  work: Work;
  source: Source;
  converter: Converter;
  /** A folder of this job's own; taken away at the end. */
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
    const published = await publish(deps.store, work, body, guard.signal);
    await guard.stop();
    await work.complete();
    log.info("job done", { pages: conversion.pages, seconds: seconds(durationMs), published });
    return end(published === "published" ? "done" : "superseded", { pages: conversion.pages });
  } catch (error) {
    request.onConverted();
    await guard.stop();
    return await endBadly(deps, request, { error, guard, log, end });
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
    if (stop.aborted && error === stop.reason) {
      await work.handBack();
      log.info("job handed back");
      return end("handed-back");
    }
    const failure = asFailure(error);
    if (failure.kind === "infra") {
      await work.handBack();
      log.error("converter cannot work", { error: failure.message, hint: failure.hint });
      return end("handed-back", { infra: failure });
    }
    if (failure.log) await keepLog(deps, work.hash, failure.log, log);
    const { kind, reason } = failure;
    // People know the PDF by its name, not by where this worker keeps it.
    const told = failure.message.replaceAll(request.source.file, request.source.originalName);
    const became = await work.fail({ kind, reason, error: told });
    log.warn(`job ${became}`, { kind, reason, error: told });
    return end(became, { error: told });
  } catch (lost) {
    // The lease is another's, or the store is away: its expiry tells the others.
    work.lease.abandon();
    log.warn("job lost", { error: messageOf(lost) });
    return end("lost", { error: messageOf(lost) });
  }
}

/** Faults of the store end the attempt without a word; everything else is a failure of its kind. */
function asFailure(error: unknown): ConversionError & { kind: ConversionError["kind"] } {
  if (error instanceof ConversionError) return error;
  if (error instanceof StoreError) throw error;
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new ConversionError(
      "infra",
      "no-space",
      "Cannot convert: the disk is full",
      "Free some space in the worker's folder, or set BLOBFORGE_STATE_DIR to another disk",
    );
  }
  return new ConversionError("transient", "unexpected", messageOf(error));
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
