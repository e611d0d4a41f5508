/** Which of the listed jobs a worker tries to claim next. */
import { type Random, sample } from "../../base/random.ts";
import type { PdfHash, Priority } from "../job.ts";

export type Candidate = { hash: PdfHash; priority: Priority };

/** Enough that two LISTs are shared by many jobs, few enough that the run is used up before it is old. */
export const HANDFUL = 32;

/** Random points that are looked at: the one with the most room around it is taken. */
const POINTS = 4;

/**
 * A run of the most urgent free jobs, in the order of their hashes (over the end
 * it goes on at the beginning). It begins at a random point with room around it
 * and ends before the next job that is held, since another worker's run goes on
 * from there. Where two runs overlap all the same, one meets the first job of the
 * other's and throws the rest of its own away: one claim in vain for an overlap,
 * where independent random picks would collide again and again (docs/adr/0001).
 * Near the end of the queue the runs are short, so that the workers share what is
 * left.
 */
export function pick(
  listed: readonly Candidate[],
  processing: ReadonlySet<PdfHash>,
  random: Random,
): Candidate[] {
  const isFree = (candidate: Candidate) => !processing.has(candidate.hash);
  const urgent = listed.find(isFree)?.priority;
  const ring = listed.filter((candidate) => candidate.priority === urgent);
  const free = ring.flatMap((candidate, at) => isFree(candidate) ? [at] : []);
  if (free.length === 0) return [];
  const after = (at: number) => freeInARow(ring, isFree, at, 1);
  const room = (at: number) => after(at) + freeInARow(ring, isFree, at, -1);
  const start = sample(free, POINTS, random).reduce((best, at) =>
    room(at) > room(best) ? at : best
  );
  const share = Math.ceil(2 * free.length / (1 + processing.size));
  const length = Math.min(after(start), share);
  return Array.from({ length }, (_, step) => ring[(start + step) % ring.length]!);
}

/** Free jobs from `at` on, itself included, up to a handful. */
function freeInARow(
  ring: readonly Candidate[],
  isFree: (candidate: Candidate) => boolean,
  at: number,
  step: 1 | -1,
): number {
  const most = Math.min(HANDFUL, ring.length);
  let count = 0;
  while (count < most && isFree(ring.at((at + step * count) % ring.length)!)) count++;
  return count;
}
