/** Which of the listed jobs a worker tries to claim next. */
import type { Random } from "../../base/random.ts";
import type { PdfHash, Priority } from "../job.ts";

export type Candidate = { hash: PdfHash; priority: Priority };

/** Enough that two LISTs are shared by many jobs, few enough that the run is used up before it is old. */
export const HANDFUL = 32;

/**
 * A run of the most urgent free jobs, in the order of their hashes from a random
 * point on (over the end it goes on at the beginning). Where the runs of two
 * workers overlap, one meets the first job of the other's and throws the rest of
 * its own away: one claim in vain for an overlap, where independent random picks
 * would collide again and again (docs/adr/0001). Near the end of the queue the
 * runs are short, so that the workers share what is left.
 */
export function pick(
  listed: readonly Candidate[],
  processing: ReadonlySet<PdfHash>,
  random: Random,
): Candidate[] {
  const free = listed.filter((candidate) => !processing.has(candidate.hash));
  const urgent = free.filter((candidate) => candidate.priority === free[0]?.priority);
  if (urgent.length === 0) return [];
  const share = Math.ceil(2 * urgent.length / (1 + processing.size));
  const start = random.int(urgent.length);
  return [...urgent.slice(start), ...urgent.slice(0, start)].slice(0, Math.min(HANDFUL, share));
}
