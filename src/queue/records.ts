/**
 * The JSON of markers and leases. A record is the JSON itself, in the original's
 * field names, so fields that we do not know survive a read and a write.
 */
import { z } from "zod";
import type { StoreTime, Version } from "../store/object_store.ts";
import { readLenient } from "./lenient.ts";
import type { AttemptId, PdfHash, Priority } from "./job.ts";
import { PRIORITIES } from "./job.ts";

const attemptId = z.string().min(1).transform((text) => text as AttemptId);
const version = z.string().min(1).transform((text) => text as Version);
const priority = z.enum(PRIORITIES);
const count = z.number().int().nonnegative();
const errorKind = z.enum(["poison", "unreadable", "transient", "resource", "infra"]);
/** Other words than ours come from newer programs: kept as they are. */
const kind = z.union([errorKind, z.string()]);

/** One ended attempt, as dead letters and failures keep it: newest last. */
const attemptNote = z.looseObject({
  attempt: z.string().optional(),
  worker: z.string().optional(),
  at: z.number().optional(),
  kind: kind.optional(),
  error: z.string().optional(),
});
export type AttemptNote = z.infer<typeof attemptNote>;

const todoRecord = z.looseObject({
  /** Attempts that failed so far. */
  retries: count.default(0),
  queued_at: z.number().optional(),
  last_error: z.string().optional(),
  recovered_from: z.string().optional(),
  /** The attempt whose end this marker records. */
  after: attemptId.optional(),
  /** Convert although there is a result, and replace just that one. */
  reconvert: version.optional(),
  /** How the last attempt failed: after `resource`, smaller pieces are tried. */
  last_kind: kind.optional(),
  attempts: z.array(attemptNote).optional(),
});
export type TodoRecord = z.infer<typeof todoRecord>;

const move = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("requeue") }),
  z.looseObject({
    kind: z.literal("retry"),
    priority: priority.optional(),
    reset_retries: z.boolean().default(false),
  }),
  z.looseObject({ kind: z.literal("cancel") }),
  z.looseObject({ kind: z.literal("reprioritize"), priority }),
  z.looseObject({ kind: z.literal("reconvert"), priority }),
  z.looseObject({ kind: z.literal("tidy") }),
  z.looseObject({ kind: z.literal("restore"), priority }),
  z.looseObject({ kind: z.literal("remove") }),
]);
/** A change of markers that a lease was claimed for. A lease without one is work. */
export type Move = z.infer<typeof move>;

const leaseRecord = z.looseObject({
  worker: z.string().default("unknown"),
  started: z.number().default(0),
  last_heartbeat: z.number().default(0),
  priority: priority.default("3_normal"),
  retries: count.default(0),
  progress: z.looseObject({}).optional(),
  attempt: attemptId.optional(),
  holder: z.string().optional(),
  renewal: count.optional(),
  stale_after_ms: z.number().positive().optional(),
  move: move.optional(),
  cancel: z.boolean().optional(),
  priority_to: priority.optional(),
  handed_back: z.boolean().optional(),
});
export type LeaseRecord = z.infer<typeof leaseRecord>;

const failedRecord = z.looseObject({
  error: z.string().default("unknown error"),
  worker: z.string().default("unknown"),
  failed_at: z.string().optional(),
  timestamp: z.number().default(0),
  /** Attempts that failed before this one. */
  retries: count.default(0),
  priority: priority.default("3_normal"),
  attempt: attemptId.optional(),
  kind: kind.optional(),
  /** Store time of the retry; missing: at once. */
  not_before: z.number().transform((ms) => ms as StoreTime).optional(),
  reconvert: version.optional(),
  attempts: z.array(attemptNote).optional(),
});
export type FailedRecord = z.infer<typeof failedRecord>;

const deadRecord = z.looseObject({
  error: z.string().default("unknown error"),
  moved_to_dead_at: z.string().optional(),
  total_retries: count.default(0),
  reason: z.string().default("unknown"),
  attempt: attemptId.optional(),
  kind: kind.optional(),
  reconvert: version.optional(),
  priority: priority.optional(),
  attempts: z.array(attemptNote).optional(),
});
export type DeadRecord = z.infer<typeof deadRecord>;

/** A record and what was wrong with the bytes, if anything: bad fields read as if they were missing. */
export type Parsed<R> = { record: R; problem: string | null };

export const parseTodo = (bytes: Uint8Array): Parsed<TodoRecord> => parse(todoRecord, bytes, true);
export const parseLease = (bytes: Uint8Array): Parsed<LeaseRecord> => parse(leaseRecord, bytes);
export const parseFailed = (bytes: Uint8Array): Parsed<FailedRecord> => parse(failedRecord, bytes);
export const parseDead = (bytes: Uint8Array): Parsed<DeadRecord> => parse(deadRecord, bytes);

export function encodeRecord(record: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

function parse<S extends z.ZodObject>(
  schema: S,
  bytes: Uint8Array,
  emptyIsFine = false,
): Parsed<z.infer<S>> {
  if (bytes.length === 0 && emptyIsFine) return { record: schema.parse({}), problem: null };
  const { value, problem } = readLenient(schema, bytes);
  return { record: value, problem };
}

/** Where a marker stands. */
export type Place =
  | { state: "todo"; priority: Priority }
  | { state: "failed" }
  | { state: "dead" };

/** A marker as it was read: what stood there, and the revision for the next conditional write. */
export type Seen<R> = { record: R; version: Version };

/** All that the bucket holds of a job besides its lease and its source. */
export type Markers = {
  hash: PdfHash;
  todos: (Seen<TodoRecord> & { priority: Priority })[];
  failed: Seen<FailedRecord> | null;
  dead: Seen<DeadRecord> | null;
  /** Revision of the result, if there is one. */
  out: Version | null;
  /** The source is there. Asked for only when nothing else is: then it decides whether there is a job. */
  hasSource: boolean;
};
