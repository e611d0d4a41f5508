/**
 * `cancel` and `reprioritize` of a job that may be running (rule 7): a message
 * in its lease for whoever holds it. The sender stays responsible until the job
 * is where it was asked to be, or says that it is only asked for.
 */
import { BlobForgeError } from "../base/errors.ts";
import type { StoreTime } from "../store/object_store.ts";
import { leaseKey } from "./layout.ts";
import { readLease, sendTime } from "./lease.ts";
import type { PdfHash } from "./job.ts";
import { type MoveDeps, recover, runMove } from "./moves.ts";
import { encodeRecord, type LeaseRecord, type Markers, type Move } from "./records.ts";
import { isDone } from "./rules/writes.ts";

/** `moved`: it is done, by this call. `asked`: the message stands in the lease of a running job; its worker obeys at its next heartbeat. */
export type Asked = { kind: "moved"; before: Markers } | { kind: "asked"; worker: string };

const POLL_MS = 500;
const MESSAGE_VALID_MS = 30_000;

/** Runs the move, or leaves a message and waits up to `waitMs` for the job to come free. */
export async function ask(
  deps: MoveDeps,
  hash: PdfHash,
  move: Extract<Move, { kind: "cancel" | "reprioritize" }>,
  waitMs: number,
): Promise<Asked> {
  const flag: Partial<LeaseRecord> = move.kind === "cancel"
    ? { cancel: true }
    : { priority_to: move.priority };
  const until = deps.clock.monotonic() + waitMs;
  while (true) {
    const result = await runMove(deps, hash, move);
    if (result.kind === "moved") return { kind: "moved", before: result.before };
    const worker = await leaveMessage(deps, hash, flag);
    const now = deps.clock.monotonic();
    if (worker !== null && now >= until) return { kind: "asked", worker };
    if (now >= until + MESSAGE_VALID_MS) throw stuck(hash, move);
    await deps.clock.sleep(POLL_MS);
  }
}

/** Puts the flag into the lease of running work. Returns its worker once it stands there; null: look again. */
async function leaveMessage(
  deps: MoveDeps,
  hash: PdfHash,
  flag: Partial<LeaseRecord>,
): Promise<string | null> {
  const seen = await readLease(deps, hash);
  if (seen === null) return null;
  const { record, version, writtenAt } = seen;
  const { at } = await sendTime(deps);
  const ageMs = at - writtenAt;
  if (ageMs > (record.stale_after_ms ?? deps.staleAfterMs)) {
    await recover(deps, hash, { version, ageMs });
    return null;
  }
  if (record.move !== undefined) return null;
  const stands = Object.entries(flag).every(([key, value]) => record[key] === value);
  if (stands) return record.worker;
  const notAfter = at + MESSAGE_VALID_MS as StoreTime;
  const body = encodeRecord({ ...record, ...flag, renewal: (record.renewal ?? 0) + 1 });
  await deps.store.put(leaseKey(hash), body, { kind: "unchanged", since: version }, { notAfter });
  return null; // written, refused or unclear: the next look tells
}

/** Another move holds the job, for longer than any takes: its process died, and a sweep ends it when its lease is stale. */
function stuck(hash: PdfHash, move: Move): BlobForgeError {
  return new BlobForgeError(
    "conflict",
    `Cannot ${move.kind} ${hash.slice(0, 12)}: another change of it has not ended`,
    "Run it again in some minutes, or `blobforge janitor` to end what was left",
  );
}

/** What a cancel that moved came to, from what it found. */
export function cancelOutcome(before: Markers): "cancelled" | "done" | "dead" | "unknown" {
  if (isDone(before)) return "done";
  if (before.dead) return before.dead.record.reason === "cancelled" ? "cancelled" : "dead";
  return before.failed || before.todos.length > 0 ? "cancelled" : "unknown";
}
