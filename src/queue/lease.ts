/**
 * The right to change one job, until a deadline that the store itself enforces.
 * The only maker of expiring writes: whoever holds no lease writes no marker.
 */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type {
  DeleteResult,
  ObjectStore,
  Precondition,
  PutResult,
  StoreTime,
  Version,
} from "../store/object_store.ts";
import { readBytes } from "../store/read_all.ts";
import { StoreError } from "../store/store_error.ts";
import type { AttemptId, PdfHash, Priority } from "./job.ts";
import { leaseKey } from "./layout.ts";
import { encodeRecord, type LeaseRecord, type Move, parseLease } from "./records.ts";
import { attemptOf } from "./rules/attempts.ts";
import { marginMs } from "./settings.ts";

export type LeaseDeps = {
  store: ObjectStore;
  clock: Clock;
  random: Random;
  log: Log;
  /** Id of this worker or tool, for people. */
  worker: string;
  staleAfterMs: number;
};

/** The lease is another's, gone, or its deadline has passed: nothing more is written for this job. */
export class LeaseLost extends Error {
  constructor(hash: PdfHash, why: string) {
    super(`Lost the lease of ${hash.slice(0, 12)}: ${why}`);
    this.name = "LeaseLost";
  }
}

/** A claim must not come into force much later, and never after its own deadline. */
const CLAIM_VALID_MS = 30_000;
/** How often an unclear marker write is sent again before the holder gives up and lets the lease expire. */
const SENDS = 4;
const RESEND_PAUSE_MS = 500;

type Sent = { at: StoreTime; monotonic: number };

export class Lease {
  /** A write had no clear answer: its copy may still arrive, so L must outlive it (rule 4). */
  #tainted = false;
  #released = false;
  /** A marker write was sent, so only this job's end or its recovery may follow. */
  #wrote = false;
  /** What the next renewal tells besides. */
  #noted: Partial<LeaseRecord> = {};

  private constructor(
    private readonly deps: LeaseDeps,
    readonly hash: PdfHash,
    private state: { record: LeaseRecord; version: Version; sent: Sent },
  ) {}

  /**
   * Claims the job: creates its lease if there is none. `null`: held by another,
   * or no clear answer (then a lease that nobody holds may appear and expires).
   */
  static async claim(
    deps: LeaseDeps,
    hash: PdfHash,
    what: { priority: Priority; retries?: number; move?: Move },
  ): Promise<Lease | null> {
    const now = deps.clock.now();
    const record: LeaseRecord = {
      worker: deps.worker,
      started: now,
      last_heartbeat: now,
      priority: what.priority,
      retries: what.retries ?? 0,
      attempt: deps.random.id() as AttemptId,
      holder: deps.random.id(),
      renewal: 0,
      stale_after_ms: deps.staleAfterMs,
      ...(what.move ? { move: what.move } : {}),
    };
    return await Lease.#write(deps, hash, record, { kind: "absent" });
  }

  /**
   * Takes over a lease as it was listed, if it is stale by the timeout that its
   * holder wrote into it: the whole body is kept, only the holder is new. `null`:
   * not stale, changed since, or somebody else was faster.
   */
  static async takeOver(
    deps: LeaseDeps,
    hash: PdfHash,
    listed: { version: Version; ageMs: number },
  ): Promise<Lease | null> {
    const seen = await readLease(deps, hash);
    if (seen === null || seen.version !== listed.version) return null;
    const { record } = seen;
    if (listed.ageMs <= (record.stale_after_ms ?? deps.staleAfterMs)) return null;
    const taken: LeaseRecord = {
      ...record,
      attempt: attemptOf(record),
      holder: deps.random.id(),
      renewal: (record.renewal ?? 0) + 1,
      last_heartbeat: deps.clock.now(),
      stale_after_ms: record.stale_after_ms ?? deps.staleAfterMs,
    };
    return await Lease.#write(deps, hash, taken, {
      kind: "unchanged",
      since: listed.version,
    });
  }

  static async #write(
    deps: LeaseDeps,
    hash: PdfHash,
    record: LeaseRecord,
    when: Precondition,
  ): Promise<Lease | null> {
    const sent = await sendTime(deps);
    const notAfter = sent.at + Math.min(CLAIM_VALID_MS, validMs(record, deps)) as StoreTime;
    const result = await clearly(() =>
      deps.store.put(leaseKey(hash), encodeRecord(record), when, { notAfter })
    );
    if (result.kind === "written") {
      return new Lease(deps, hash, { record, version: result.version, sent });
    }
    if (result.kind !== "unclear") return null;
    const seen = await readLease(deps, hash);
    if (seen === null || seen.record.holder !== record.holder) return null;
    const lease = new Lease(deps, hash, { record: seen.record, version: seen.version, sent });
    // A second copy of the claim may be under way: once L is deleted, it would create L again.
    lease.#tainted = true;
    return lease;
  }

  get record(): LeaseRecord {
    return this.state.record;
  }

  get attempt(): AttemptId {
    return attemptOf(this.state.record);
  }

  /** The store's time after which it refuses this holder's writes. */
  get deadline(): StoreTime {
    return this.state.sent.at + validMs(this.state.record, this.deps) as StoreTime;
  }

  /** This process' own knowledge, without asking: the deadline has passed, or the lease was given up. */
  get isOver(): boolean {
    return this.#released || this.remainingMs <= 0;
  }

  /** Time left by the monotonic clock. */
  get remainingMs(): number {
    return this.state.sent.monotonic + validMs(this.state.record, this.deps) -
      this.deps.clock.monotonic();
  }

  /**
   * One heartbeat. The new body keeps what messages put into it. Throws
   * `LeaseLost` when it is another's; an unclear answer leaves things as they
   * were, for the next heartbeat to try. Repeating is harmless: each copy only
   * replaces the revision that it names.
   */
  async renew(patch: Partial<LeaseRecord> = {}): Promise<"renewed" | "unclear"> {
    for (let round = 0; round < SENDS; round++) {
      this.#mustHold();
      const record: LeaseRecord = {
        ...this.state.record,
        ...this.#noted,
        ...patch,
        renewal: (this.state.record.renewal ?? 0) + 1,
        last_heartbeat: this.deps.clock.now(),
      };
      const sent = await sendTime(this.deps);
      const when = { kind: "unchanged", since: this.state.version } as const;
      const result = await clearly(() =>
        this.deps.store.put(leaseKey(this.hash), encodeRecord(record), when, {
          notAfter: this.deadline,
        })
      );
      if (result.kind === "written") {
        this.state = { record, version: result.version, sent };
        return "renewed";
      }
      if (result.kind === "expired") throw new LeaseLost(this.hash, "its deadline has passed");
      const seen = await this.#readBack();
      if (seen === "unclear") return "unclear";
      if (seen === null) throw new LeaseLost(this.hash, "it is gone");
      if (seen.record.holder !== this.state.record.holder) {
        throw new LeaseLost(this.hash, `it is held by ${seen.record.worker} now`);
      }
      // Ours still: our own lost reply, or a message (rule 7). Its deadline is not
      // extended by what we cannot date, so it is renewed at once.
      this.state = { ...this.state, record: seen.record, version: seen.version };
    }
    return "unclear";
  }

  /** Fields that the next renewal takes along: they are worth no request of their own. */
  note(fields: Partial<LeaseRecord>): void {
    this.#noted = { ...this.#noted, ...fields };
  }

  /**
   * Writes a marker of this job. An unclear answer is sent again, but then the
   * lease is never deleted: it expires (rule 4). `conflict`: what was read has
   * changed; nothing was written, and no copy is under way. Where one may be, the
   * lease is given up: its recovery decides when no copy can arrive any more.
   */
  async put(key: string, record: object, when: Precondition): Promise<"written" | "conflict"> {
    const body = encodeRecord(record);
    let resent = false;
    this.#wrote = true;
    for (let send = 0; send < SENDS; send++) {
      this.#mustHold();
      const result = await clearly(() =>
        this.deps.store.put(key, body, when, { notAfter: this.deadline })
      );
      if (result.kind === "written") return "written";
      if (result.kind === "expired") throw new LeaseLost(this.hash, "its deadline has passed");
      if (result.kind === "conflict" && !resent) return "conflict";
      // Either our first copy was applied (its answer lost), or somebody wrote: the bytes tell.
      if (result.kind === "conflict") {
        if (await this.#holds(key, body)) return "written";
        throw new LeaseLost(this.hash, `${key} changed under it`);
      }
      this.#tainted = true;
      resent = true;
      await this.deps.clock.sleep(RESEND_PAUSE_MS);
    }
    throw new LeaseLost(this.hash, `the store gave no clear answer for ${key}`);
  }

  /** Deletes a marker (or data) of this job. Unclear answers as in `put`. */
  async delete(key: string): Promise<void> {
    this.#wrote = true;
    for (let send = 0; send < SENDS; send++) {
      this.#mustHold();
      const result = await clearly(() => this.deps.store.delete(key, { notAfter: this.deadline }));
      if (result.kind === "deleted") return;
      if (result.kind === "expired") throw new LeaseLost(this.hash, "its deadline has passed");
      this.#tainted = true;
      await this.deps.clock.sleep(RESEND_PAUSE_MS);
    }
    throw new LeaseLost(this.hash, `the store gave no clear answer for ${key}`);
  }

  /**
   * Ends the lease: deletes L, once, as the last write. After an unclear write it
   * is left to expire instead, so that a late copy finds no later holder.
   * Whoever comes then finds the work finished and only deletes L.
   */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    if (this.#tainted || this.remainingMs <= 0) {
      this.deps.log.warn("lease left to expire", { hash: this.hash, attempt: this.attempt });
      return;
    }
    const result = await clearly(() =>
      this.deps.store.delete(leaseKey(this.hash), { notAfter: this.deadline })
    );
    if (result.kind !== "deleted") {
      this.deps.log.warn("lease not deleted", { hash: this.hash, answer: result.kind });
    }
  }

  /**
   * Ends a claim under which nothing was written or deleted yet, as if it had
   * not been; otherwise L is left for its recovery. For claims that cannot go on.
   */
  async disclaim(): Promise<void> {
    if (this.#wrote) return this.abandon();
    await this.release();
  }

  /** Writes nothing any more and leaves L as it is. */
  abandon(): void {
    this.#released = true;
  }

  #mustHold(): void {
    if (this.#released) throw new LeaseLost(this.hash, "it was given up");
    if (this.remainingMs <= 0) throw new LeaseLost(this.hash, "its deadline has passed");
  }

  async #holds(key: string, body: Uint8Array): Promise<boolean> {
    const stored = await this.deps.store.get(key);
    if (stored === null) return false;
    const bytes = await readBytes(stored.body);
    return bytes.length === body.length && bytes.every((byte, at) => byte === body[at]);
  }

  async #readBack(): Promise<{ record: LeaseRecord; version: Version } | null | "unclear"> {
    try {
      return await readLease(this.deps, this.hash);
    } catch (error) {
      if (error instanceof StoreError && error.passing) return "unclear";
      throw error;
    }
  }
}

/** A fault that may pass is an unclear answer too: the request may have arrived. */
async function clearly<R extends PutResult | DeleteResult>(
  send: () => Promise<R>,
): Promise<R | { kind: "unclear" }> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof StoreError && error.passing) return { kind: "unclear" };
    throw error;
  }
}

/** How long after a renewal its holder may write: others judge by the same number, a margin later. */
function validMs(record: LeaseRecord, deps: Pick<LeaseDeps, "staleAfterMs">): number {
  const staleAfterMs = record.stale_after_ms ?? deps.staleAfterMs;
  return staleAfterMs - marginMs(staleAfterMs);
}

/** The lease object of a job as it is now. */
export async function readLease(
  deps: Pick<LeaseDeps, "store" | "log">,
  hash: PdfHash,
): Promise<{ record: LeaseRecord; version: Version; writtenAt: StoreTime } | null> {
  const stored = await deps.store.get(leaseKey(hash));
  if (stored === null) return null;
  const { record, problem } = parseLease(await readBytes(stored.body));
  if (problem) deps.log.warn("bad lease", { key: leaseKey(hash), problem });
  return { record, version: stored.version, writtenAt: stored.writtenAt };
}

/** A lower bound of the store's time, and this process' clock at the same moment. Asks the store if it never answered. */
export async function sendTime(deps: Pick<LeaseDeps, "store" | "clock">): Promise<Sent> {
  let at = deps.store.time();
  if (at === null) {
    await deps.store.head(PROBE_KEY);
    at = deps.store.time();
  }
  if (at === null) {
    throw new StoreError(
      "unsupported",
      `${deps.store.url} does not tell its time`,
      "Run `blobforge doctor`",
    );
  }
  return { at, monotonic: deps.clock.monotonic() };
}

/** Any key does: only the answer's Date is wanted. */
const PROBE_KEY = "registry/config.json";
