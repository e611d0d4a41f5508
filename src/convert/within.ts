/** Waiting with a limit. */
import type { Clock } from "../base/clock.ts";

/** True when `promise` settles within `ms`; it goes on otherwise. Fails if `promise` does in time. Leaves no timer. */
export async function within(
  clock: Clock,
  ms: number,
  promise: Promise<unknown>,
): Promise<boolean> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise.then(() => true),
      clock.sleep(ms, timer.signal).then(() => false),
    ]);
  } finally {
    timer.abort();
  }
}
