/** The words of the queue: what a job is, where it can be, how urgent it is. */
import { BlobForgeError } from "../base/errors.ts";

/** Lower-case hex SHA-256 of the source PDF: the id of a job. */
export type PdfHash = string & { readonly __brand: "PdfHash" };

/** Random id of one claim of work that began; kept when its lease is taken over. */
export type AttemptId = string & { readonly __brand: "AttemptId" };

export const PRIORITIES = ["1_critical", "2_high", "3_normal", "4_low", "5_background"] as const;
export type Priority = typeof PRIORITIES[number];
export const DEFAULT_PRIORITY: Priority = "3_normal";

/** `done`: a result; `processing`: a lease; `dead`: needs a person; `failed`: waits for its retry; `todo`: waits. */
export const JOB_STATES = ["todo", "processing", "failed", "dead", "done"] as const;
export type JobState = typeof JOB_STATES[number];

/**
 * `poison`: no retry can help (corrupt, encrypted, no pages).
 * `unreadable`: fine as a PDF, but this converter could read no page of it (a scan without OCR).
 * `transient`: retried with backoff. `resource`: out of memory or time; retried in smaller pieces.
 * `infra`: the machine's fault (no model, no disk): costs the job nothing, stops the worker.
 */
export type ErrorKind = "poison" | "unreadable" | "transient" | "resource" | "infra";

export function isPdfHash(text: string): text is PdfHash {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Reads a full hash; anything else is a usage error. */
export function parsePdfHash(text: string): PdfHash {
  const hash = text.trim().toLowerCase();
  if (isPdfHash(hash)) return hash;
  throw new BlobForgeError(
    "usage",
    `"${text}" is not a hash: 64 hex digits are needed`,
    "Run `blobforge lookup --path FILE` to find a file's hash",
  );
}

export function isPriority(text: string): text is Priority {
  return (PRIORITIES as readonly string[]).includes(text);
}

/** Reads `1_critical`, `critical` or `1`; anything else is a usage error. */
export function parsePriority(text: string): Priority {
  const wanted = text.trim().toLowerCase();
  const found = PRIORITIES.find((p) => p === wanted || p.slice(2) === wanted || p[0] === wanted);
  if (found) return found;
  throw new BlobForgeError(
    "usage",
    `"${text}" is not a priority`,
    `Use one of ${PRIORITIES.join(", ")}`,
  );
}
