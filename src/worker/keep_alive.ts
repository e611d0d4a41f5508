/** Renews a lease as long as its job runs, and aborts the job when the lease is lost. */
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { type Lease, LeaseLost } from "../queue/lease.ts";
import type { LeaseRecord } from "../queue/records.ts";

/** The job was cancelled by a message in its lease. */
export class Cancelled extends Error {
  override name = "Cancelled";
}

export type KeepAliveOptions = {
  clock: Clock;
  log: Log;
  intervalMs: number;
  /** What the next heartbeat tells of the job's progress. */
  progress(): LeaseRecord["progress"];
};

export type KeepAlive = {
  /** Aborts with `LeaseLost` or `Cancelled`. */
  readonly signal: AbortSignal;
  /** Ends the heartbeats and waits for one that is under way. The lease itself stays. */
  stop(): Promise<void>;
};

/**
 * Starts the heartbeats. The signal aborts at once when the store says that the
 * lease is another's, and without being told when this process' own clock has
 * passed the deadline: a heartbeat that hangs cannot hide that.
 */
export function keepAlive(lease: Lease, options: KeepAliveOptions): KeepAlive {
  const job = new AbortController();
  const over = new AbortController();
  const beats = heartbeats(lease, options, job, over.signal);
  const watch = watchDeadline(lease, options.clock, job, over.signal);
  return {
    signal: job.signal,
    async stop() {
      over.abort();
      await Promise.all([beats, watch]);
    },
  };
}

async function heartbeats(
  lease: Lease,
  options: KeepAliveOptions,
  job: AbortController,
  over: AbortSignal,
): Promise<void> {
  let pauseMs = options.intervalMs;
  while (await slept(options.clock, pauseMs, over) && !job.signal.aborted) {
    try {
      const answer = await lease.renew({ progress: options.progress() });
      pauseMs = answer === "renewed" ? options.intervalMs : options.intervalMs / 4;
      if (lease.record.cancel) job.abort(new Cancelled("somebody cancelled it"));
    } catch (error) {
      if (error instanceof LeaseLost) return job.abort(error);
      // The store is away: the deadline decides how long that may last.
      options.log.warn("heartbeat failed", { hash: lease.hash, error: messageOf(error) });
      pauseMs = options.intervalMs / 4;
    }
  }
}

async function watchDeadline(
  lease: Lease,
  clock: Clock,
  job: AbortController,
  over: AbortSignal,
): Promise<void> {
  while (lease.remainingMs > 0) {
    if (!await slept(clock, lease.remainingMs, over)) return;
  }
  job.abort(new LeaseLost(lease.hash, "its deadline has passed"));
}

/** False when `signal` ended the sleep. */
async function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return !signal.aborted;
  } catch {
    return false;
  }
}
