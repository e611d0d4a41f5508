/** The only home of `Date` and timers: whoever needs time is given a {@link Clock}. */

export interface Clock {
  /** This machine's wall clock, in ms since 1970. For records that people read; never for decisions about leases. */
  now(): number;
  /** A clock that only goes forward, in ms from an arbitrary start. For durations and deadlines. */
  monotonic(): number;
  /** Waits `ms`, or less when `signal` aborts: then it rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal!.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};
