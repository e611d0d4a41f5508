/** When a failed job is tried again, and when no more. */
import type { Random } from "../../base/random.ts";
import type { ErrorKind } from "../job.ts";

export type Verdict = "retry" | "retries-exhausted" | "poison" | "unreadable";

/** `retries`: attempts that failed before this one. `infra` costs nothing and is never judged here. */
export function verdict(kind: ErrorKind, retries: number, maxRetries: number): Verdict {
  if (kind === "poison" || kind === "unreadable") return kind;
  return retries >= maxRetries ? "retries-exhausted" : "retry";
}

/** Doubling pause with jitter: between half of and the whole of `base * 2^retries`, at most `max`. */
export function backoffMs(retries: number, base: number, max: number, random: Random): number {
  const full = Math.min(max, base * 2 ** Math.min(retries, 30));
  return Math.round(full / 2 + random.next() * full / 2);
}
