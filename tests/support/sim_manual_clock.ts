import type { Clock } from "../../src/base/clock.ts";

/** A clock that only a test moves. A sleep moves it at once, after `onSleep` had its turn. */
export class ManualClock implements Clock {
  at = Date.UTC(2026, 0, 1);
  /** What others do while somebody sleeps. */
  onSleep: (() => Promise<void> | void) | null = null;

  now(): number {
    return this.at;
  }

  monotonic(): number {
    return this.at - 1_000_000;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.onSleep?.();
    this.at += ms;
  }

  pass(ms: number): void {
    this.at += ms;
  }
}
