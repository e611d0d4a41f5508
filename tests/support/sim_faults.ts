/** What a seed lets go wrong with one request. */
import type { Random } from "../../src/base/random.ts";

export type Request = { kind: "read" | "put" | "delete"; key: string };

/**
 * `clear`: applied and answered. `lost`: applied, no answer. `dropped`: neither.
 * `late`: no answer, applied after `lateMs`. `doubled`: applied, no answer, and
 * applied again after `lateMs`.
 */
export type Fate = "clear" | "lost" | "dropped" | "late" | "doubled";

export type Plan = {
  fate: Fate;
  /** From the process to the store, and back. */
  wireMs: number;
  replyMs: number;
  lateMs: number;
  /** The process stands still before it sends, or dies before or after. */
  pauseMs: number;
  crash: "before" | "after" | null;
};

export type FaultRates = {
  lost: number;
  dropped: number;
  late: number;
  doubled: number;
  read: number;
  pause: number;
  crash: number;
  /** Longest pause, and how late a copy may arrive. */
  longestMs: number;
};

export const FAULTS: FaultRates = {
  lost: 0.03,
  dropped: 0.02,
  late: 0.04,
  doubled: 0.02,
  read: 0.01,
  pause: 0.012,
  crash: 0.012,
  longestMs: 240_000,
};

export const NO_FAULTS: FaultRates = {
  lost: 0,
  dropped: 0,
  late: 0,
  doubled: 0,
  read: 0,
  pause: 0,
  crash: 0,
  longestMs: 0,
};

export class Faults {
  rates: FaultRates;
  readonly seen: Record<Fate | "pause" | "crash" | "failed read", number> = {
    "clear": 0,
    "lost": 0,
    "dropped": 0,
    "late": 0,
    "doubled": 0,
    "pause": 0,
    "crash": 0,
    "failed read": 0,
  };

  constructor(private readonly random: Random, rates: FaultRates) {
    this.rates = rates;
  }

  /** `mayDouble`: only what a network that repeats nothing by itself could do twice. */
  plan(request: Request, mayDouble: boolean): Plan {
    const { random, rates } = this;
    const pauseMs = random.next() < rates.pause ? this.#long() : 0;
    const crash = random.next() < rates.crash ? (random.int(2) === 0 ? "before" : "after") : null;
    const plan = {
      fate: request.kind === "read" ? this.#readFate() : this.#writeFate(mayDouble),
      wireMs: 1 + random.int(200),
      replyMs: 1 + random.int(200),
      lateMs: this.#long(),
      pauseMs,
      crash,
    } as const;
    if (pauseMs > 0) this.seen.pause++;
    if (crash) this.seen.crash++;
    if (request.kind !== "read") this.seen[plan.fate]++;
    else if (plan.fate !== "clear") this.seen["failed read"]++;
    return plan;
  }

  #readFate(): Fate {
    return this.random.next() < this.rates.read ? "dropped" : "clear";
  }

  #writeFate(mayDouble: boolean): Fate {
    const { lost, dropped, late, doubled } = this.rates;
    let left = this.random.next();
    if ((left -= lost) < 0) return "lost";
    if ((left -= dropped) < 0) return "dropped";
    if ((left -= late) < 0) return "late";
    if ((left -= doubled) < 0) return mayDouble ? "doubled" : "lost";
    return "clear";
  }

  /** Seconds mostly, now and then longer than any lease. */
  #long(): number {
    const share = this.random.next();
    return 1000 + Math.floor(share * share * this.rates.longestMs);
  }
}
