/** Whose attempt a lease, a failure or a marker stands for. */
import type { AttemptId } from "../job.ts";
import type { FailedRecord, LeaseRecord } from "../records.ts";

/**
 * The attempt that a lease stands for. Leases of the original have no id: such a
 * one is named after its worker and start, which never equals another's.
 */
export function attemptOf(lease: LeaseRecord): AttemptId {
  return lease.attempt ?? legacyAttempt(lease);
}

/**
 * Whether this failure is the end of that lease's attempt. An old failure bears
 * no id: then worker and time decide, and only for an old lease, which still is
 * one when a recovery has written its id into it.
 */
export function endedBy(lease: LeaseRecord, failed: FailedRecord): boolean {
  if (failed.attempt !== undefined) return failed.attempt === attemptOf(lease);
  return attemptOf(lease) === legacyAttempt(lease) && failed.worker === lease.worker &&
    failed.timestamp >= lease.started;
}

/** Missing ids are never equal. */
export function sameAttempt(one: AttemptId | undefined, other: AttemptId | undefined): boolean {
  return one !== undefined && one === other;
}

function legacyAttempt(lease: LeaseRecord): AttemptId {
  return `legacy:${lease.worker}:${lease.started}` as AttemptId;
}
