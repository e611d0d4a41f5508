/** A clock that stands still until the test moves it: nothing ever waits for real. */
import type { Clock } from "../../src/base/clock.ts";

type Sleeper = { at: number; order: number; wake(): void };

export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #start: number;
  #sleepers: Sleeper[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = this.#start = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper: Sleeper = {
        at: this.#now + Math.max(0, ms),
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal!.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Moves on by `ms`, waking everybody on the way in the order of time, and lets each do what it can. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (this.#wakeNext(end)) await settle();
    this.#now = end;
    await settle();
  }

  /** Moves to the next moment at which somebody wakes, again and again, until `done` settles. */
  async runUntil<T>(done: Promise<T>): Promise<T> {
    let over = false;
    const end = () => over = true;
    done.then(end, end);
    for (let round = 0; !over; round++) {
      await settle();
      if (!over) this.#wakeNext(Infinity);
      if (round > 1_000_000) throw new Error("the test never ends");
    }
    return await done;
  }

  #wakeNext(until: number): boolean {
    const next = this.#sleepers.reduce<Sleeper | undefined>(
      (first, one) =>
        !first || one.at < first.at || (one.at === first.at && one.order < first.order)
          ? one
          : first,
      undefined,
    );
    if (next === undefined || next.at > until) return false;
    this.#sleepers = this.#sleepers.filter((one) => one !== next);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    return true;
  }
}

/** Lets every promise that can go on do so, real file operations included as far as they are done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}
