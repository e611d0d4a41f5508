/** Limits of one conversion: how long, how silent, how large. */
import type { Clock } from "../base/clock.ts";

export type HostLimits = {
  timeoutMs: number;
  /** Longest time without an event. */
  stallTimeoutMs: number;
  /** Of the whole process group; 0 is no limit. */
  memoryLimitBytes: number;
};

export type Breach = { reason: "timeout" | "stalled" | "out-of-memory"; why: string };

export type Watched = {
  /** When the host last said something, on the monotonic clock. */
  lastEventAt(): number;
  residentBytes(): Promise<number>;
};

export const POLL_MS = 1000;
/** Two looks this far apart: not the host was silent, this program stood still (SIGSTOP, swapping). */
const STOOD_STILL_MS = 5 * POLL_MS;

/** Resolves with the first limit that is broken; rejects with the signal's reason when it aborts. */
export async function firstBreach(
  limits: HostLimits,
  watched: Watched,
  clock: Clock,
  signal: AbortSignal,
): Promise<Breach> {
  const startedAt = clock.monotonic();
  let [awakeSince, lookedAt] = [startedAt, startedAt];
  while (true) {
    const bytes = await watched.residentBytes();
    signal.throwIfAborted();
    const now = clock.monotonic();
    if (now - lookedAt > STOOD_STILL_MS) awakeSince = now;
    lookedAt = now;
    const timeLeft = limits.timeoutMs - (now - startedAt);
    const quietLeft = limits.stallTimeoutMs - (now - Math.max(watched.lastEventAt(), awakeSince));
    const breach = judge(limits, timeLeft, quietLeft, bytes);
    if (breach) return breach;
    await clock.sleep(Math.min(POLL_MS, timeLeft, quietLeft), signal);
  }
}

function judge(
  limits: HostLimits,
  timeLeft: number,
  quietLeft: number,
  bytes: number,
): Breach | null {
  const { timeoutMs, stallTimeoutMs, memoryLimitBytes } = limits;
  if (memoryLimitBytes > 0 && bytes > memoryLimitBytes) {
    const [has, may] = [bytes, memoryLimitBytes].map((n) => Math.round(n / 1024 / 1024));
    return { reason: "out-of-memory", why: `it took ${has} MB of memory, and may take ${may} MB` };
  }
  if (timeLeft <= 0) {
    return { reason: "timeout", why: `it was not done after ${seconds(timeoutMs)}` };
  }
  if (quietLeft <= 0) {
    return { reason: "stalled", why: `it made no progress for ${seconds(stallTimeoutMs)}` };
  }
  return null;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
