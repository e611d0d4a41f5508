/** A process of a simulated fleet: it can be paused and killed at any of its requests. */
import type { Clock } from "../../src/base/clock.ts";
import type { SimTime } from "./sim_time.ts";

export class SimProcess {
  #isDead = false;
  #pausedUntil = 0;
  readonly clock: Clock;

  /** `skewMs`: how wrong its wall clock is. `onDeath` starts a successor. */
  constructor(
    readonly name: string,
    readonly time: SimTime,
    skewMs: number,
    private readonly onDeath: () => void,
  ) {
    const start = time.now;
    this.clock = {
      now: () => time.now + skewMs,
      monotonic: () => time.now - start + Math.abs(skewMs),
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Its promises never continue. What it had sent still arrives. */
  crash(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.onDeath();
  }

  /** Nothing in it runs for that long; then everything that came meanwhile is delivered. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.time.now + ms);
  }

  /** Runs `step` in this process: at once, after its pause, or never. */
  deliver(step: () => void): void {
    if (this.#isDead) return;
    if (this.time.now >= this.#pausedUntil) return step();
    this.time.after(this.#pausedUntil - this.time.now, () => this.deliver(step));
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        timer.cancelled = true;
        reject(signal!.reason);
      };
      const timer = this.time.after(ms, () =>
        this.deliver(() => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        }));
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}
