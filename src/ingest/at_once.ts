/** Bounded concurrency. */

/**
 * Works on all, `limit` at once, in order. The first fault, or the signal, keeps
 * the rest from being begun; it is thrown when what had begun has ended.
 */
export async function forEachAtOnce<T>(
  all: readonly T[],
  limit: number,
  work: (one: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  let stopped = false;
  const runner = async () => {
    while (next < all.length && !stopped) {
      try {
        signal?.throwIfAborted();
        await work(all[next++]!);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const runners = Array.from({ length: Math.max(1, limit) }, runner);
  const ends = await Promise.allSettled(runners);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}
