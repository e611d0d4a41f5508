/** Moves that need no conversion: run under a lease that says what it is for, and recovery of both. */
import { Lease, LeaseLost } from "./lease.ts";
import { DEFAULT_PRIORITY, type PdfHash, type Priority } from "./job.ts";
import { readMarkers } from "./markers.ts";
import { performUnderLease } from "./perform.ts";
import type { Markers, Move } from "./records.ts";
import { moveWrites } from "./rules/moves.ts";
import { finishWork } from "./rules/recovery.ts";
import type { Write } from "./rules/writes.ts";
import type { Version } from "../store/object_store.ts";
import type { WorkDeps } from "./work.ts";

export type MoveDeps = WorkDeps & {
  /** Takes a job out of the manifest; `remove` calls it first. Safe to repeat. */
  forget?(hash: PdfHash): Promise<void>;
};

/** `busy`: somebody holds the job's lease, or took this one over. */
export type MoveResult = { kind: "moved"; before: Markers; writes: Write[] } | { kind: "busy" };

/** Claims the job for this move, runs it, and lets go. Dies it half-way, recovery runs it again. */
export async function runMove(deps: MoveDeps, hash: PdfHash, move: Move): Promise<MoveResult> {
  const lease = await Lease.claim(deps, hash, { priority: priorityOf(move), move });
  if (lease === null) return { kind: "busy" };
  try {
    return await runUnder(deps, lease, move);
  } catch (error) {
    if (error instanceof LeaseLost) return { kind: "busy" };
    await lease.disclaim().catch(() => {});
    throw error;
  }
}

/** What a recovery did: `left`: not stale any more, or another's. */
export type Recovery =
  | { kind: "recovered"; what: "work" | Move["kind"]; writes: Write[] }
  | { kind: "left" };

/** Takes over a stale lease as it was listed, and ends what it was claimed for. */
export async function recover(
  deps: MoveDeps,
  hash: PdfHash,
  listed: { version: Version; ageMs: number },
): Promise<Recovery> {
  const lease = await Lease.takeOver(deps, hash, listed);
  if (lease === null) return { kind: "left" };
  const { move } = lease.record;
  try {
    if (move !== undefined) {
      const result = await runUnder(deps, lease, move);
      return { kind: "recovered", what: move.kind, writes: result.writes };
    }
    const writes = await performUnderLease(
      deps.store,
      lease,
      () => readMarkers(deps, hash),
      (markers) =>
        finishWork(lease.record, markers, { maxRetries: deps.settings.maxRetries, at: now(deps) }),
    );
    await lease.release();
    return { kind: "recovered", what: "work", writes };
  } catch (error) {
    if (error instanceof LeaseLost) return { kind: "left" };
    throw error;
  }
}

async function runUnder(
  deps: MoveDeps,
  lease: Lease,
  move: Move,
): Promise<Extract<MoveResult, { kind: "moved" }>> {
  let before: Markers | undefined;
  if (move.kind === "remove") await deps.forget?.(lease.hash);
  const context = { attempt: lease.attempt, at: now(deps), maxRetries: deps.settings.maxRetries };
  const writes = await performUnderLease(
    deps.store,
    lease,
    () => readMarkers(deps, lease.hash),
    (markers) => {
      before ??= markers;
      return moveWrites(move, markers, context);
    },
  );
  await lease.release();
  return { kind: "moved", before: before!, writes };
}

/** Only for people who read the lease, and for the original's janitor. */
function priorityOf(move: Move): Priority {
  switch (move.kind) {
    case "retry":
    case "reprioritize":
    case "reconvert":
    case "restore":
      return move.priority ?? DEFAULT_PRIORITY;
    default:
      return DEFAULT_PRIORITY;
  }
}

function now(deps: MoveDeps): number {
  return deps.store.time() ?? deps.clock.now();
}
