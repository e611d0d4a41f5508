import type { Clock } from "../base/clock.ts";
import type { StoreTime } from "./object_store.ts";

/** The store's clock as far as it is known: the Date of its last answer, and the monotonic time since. */
export class StoreDate {
  readonly #clock: Clock;
  #last: { date: number; at: number } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the Date header of an answer that has just come; gives it in ms, or null if it is none. */
  note(header: string | undefined): StoreTime | null {
    const date = Date.parse(header ?? "");
    if (Number.isNaN(date)) return null;
    this.#last = { date, at: this.#clock.monotonic() };
    return date as StoreTime;
  }

  /** A lower bound: Date is rounded down, and the answer took its time to come. */
  now(): StoreTime | null {
    if (!this.#last) return null;
    return Math.floor(this.#last.date + this.#clock.monotonic() - this.#last.at) as StoreTime;
  }
}
