/** How long a worker pauses before it looks for the next job, so that nothing makes it run hot. */
import type { Random } from "../base/random.ts";

/** First pause when nothing waits; doubles up to the longest, so that idle fleets ask little. */
const IDLE_MS = 1000;
const IDLE_MAX_MS = 30_000;
/** While draining, the end is near: looked for more often. */
const DRAIN_MAX_MS = 4000;
/** Claims in vain are normal in a large fleet. Many in a row are not: the store may refuse every claim. */
const FREE_CLAIMS = 2;
const CLAIM_MS = 100;
const CLAIM_MAX_MS = 10_000;
/** A machine on which job after job fails must not take them all before others can. */
const FREE_FAILURES = 3;
const FAILURE_MAX_MS = 60_000;

export class Pace {
  #idle = 0;
  #inVain = 0;
  #failures = 0;

  constructor(private readonly random: Random, private readonly isDraining: boolean) {}

  /** A job was claimed. */
  started(): void {
    this.#idle = 0;
    this.#inVain = 0;
  }

  /** A job ended: well, or in a way that this machine may be the reason for. */
  ended(well: boolean): void {
    this.#failures = well ? 0 : this.#failures + 1;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** The pause before the next claim because of those. */
  afterFailures(): number {
    return this.#growing(this.#failures - FREE_FAILURES, IDLE_MS, FAILURE_MAX_MS);
  }

  /** The pause after a claim in vain. */
  afterClaimInVain(): number {
    return this.#growing(++this.#inVain - FREE_CLAIMS - 1, CLAIM_MS, CLAIM_MAX_MS);
  }

  /**
   * The pause when nothing can be claimed, or the store is away. `dueInMs`: what
   * is waited for comes then, and looking earlier would be in vain.
   */
  whenIdle(dueInMs?: number): number {
    if (dueInMs !== undefined) return Math.min(Math.max(dueInMs, IDLE_MS), IDLE_MAX_MS);
    return this.#growing(this.#idle++, IDLE_MS, this.isDraining ? DRAIN_MAX_MS : IDLE_MAX_MS);
  }

  /** Doubles with each step from 0 on, up to `longest`; between half of that and the whole. */
  #growing(step: number, first: number, longest: number): number {
    if (step < 0) return 0;
    const full = Math.min(first * 2 ** Math.min(step, 30), longest);
    return full / 2 + this.random.next() * full / 2;
  }
}
