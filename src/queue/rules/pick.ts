/** Which of the listed jobs a worker tries to claim next. */
import { type Random, sample } from "../../base/random.ts";
import type { PdfHash, Priority } from "../job.ts";

export type Candidate = { hash: PdfHash; priority: Priority };

/** Enough that two LISTs are shared by many jobs, few enough that a list is used up before it is old (simulated: 0.1 wasted claims a job with 1,000 workers). */
export const HANDFUL = 16;

/**
 * A random handful of the most urgent priority that has free jobs. Random, so
 * that workers that saw the same page do not all reach for the same job.
 */
export function pick(
  listed: readonly Candidate[],
  processing: ReadonlySet<PdfHash>,
  random: Random,
  count: number = HANDFUL,
): Candidate[] {
  const free = listed.filter((candidate) => !processing.has(candidate.hash));
  const first = free[0];
  if (first === undefined) return [];
  return sample(free.filter((candidate) => candidate.priority === first.priority), count, random);
}
