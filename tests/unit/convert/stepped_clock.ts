/** A clock that stands still until somebody sleeps, and then is where the sleeper wanted to be. */
import type { Clock } from "../../../src/base/clock.ts";

export class SteppedClock implements Clock {
  at = 0;
  /** Called when somebody goes to sleep, before the time moves on. */
  onSleep: (ms: number) => void = () => {};

  now(): number {
    return this.at;
  }

  monotonic(): number {
    return this.at;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.onSleep(ms);
    signal?.throwIfAborted();
    this.at += ms;
    await Promise.resolve();
  }
}
