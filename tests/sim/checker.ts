/** Watches every write that takes effect and knows what must never be. */
import { isPdfHash, type PdfHash } from "../../src/queue/job.ts";
import { DEAD, FAILED, leaseKey, placeOf, TODO } from "../../src/queue/layout.ts";
import { parseLease } from "../../src/queue/records.ts";
import type { Precondition } from "../../src/store/object_store.ts";
import type { Applied, Kept } from "../support/sim_store.ts";
import { asksToReplace, countedIn, type JobView, markersOf, viewJob } from "./job_view.ts";

/** `ingest` and `seed` write todos without a lease; the others never do. */
export type Role = "worker" | "sweeper" | "person" | "ingest" | "seed";

/** As which holder of its job's lease a process sent a write. */
export type Note = { role: Role; holder: string | null };

/** `wasCancelled`: the message was there when the lease was taken over; a later one may come too late. */
type Attempt = { isMove: boolean; isTakenOver: boolean; wasCancelled: boolean };
type Job = {
  isKnown: boolean;
  /** A late ingest added a todo beside another place, which the design allows. */
  hadExtraTodo: boolean;
  counted: Set<string>;
  handedBack: Set<string>;
  asked: Set<string>;
  results: number;
};

export class Checker {
  violation: string | null = null;
  readonly #jobs = new Map<PdfHash, Job>();
  readonly #attempts = new Map<string, Attempt>();
  readonly #holders = new Set<string>();

  constructor(
    private readonly objects: ReadonlyMap<string, Kept>,
    private readonly onViolation: () => void,
  ) {}

  /** Keeps, for one process, which holder it is of each job; the note goes with every write that it sends. */
  identity(role: Role) {
    const held = new Map<PdfHash, string>();
    return (key: string, body: Uint8Array | null, when: Precondition): Note => {
      const place = placeOf(key);
      if (place === null) return { role, holder: null };
      if (place.state === "processing" && body !== null) {
        const { record } = parseLease(body);
        if (record.holder && !this.#holders.has(record.holder)) {
          this.#holders.add(record.holder);
          held.set(place.hash, record.holder);
          if (when.kind === "absent") {
            this.#attempts.set(record.attempt!, {
              isMove: record.move !== undefined,
              isTakenOver: false,
              wasCancelled: false,
            });
          }
        }
      }
      return { role, holder: held.get(place.hash) ?? null };
    };
  }

  get hashes(): PdfHash[] {
    return [...this.#jobs.keys()];
  }

  fail(what: string): void {
    if (this.violation === null) this.violation = what;
    this.onViolation();
  }

  applied(write: Applied<Note>): void {
    const place = placeOf(write.key);
    if (place === null) return;
    const { hash } = place;
    const job = this.#job(hash);
    const now = viewJob(this.objects, hash);
    const before = viewJob(this.#objectsBefore(write), hash);
    const complain = (what: string) =>
      this.fail(`${what} (${write.by}: ${write.kind} ${write.key}; ${describe(now)})`);

    if (isLeased(write)) this.#checkHolder(write, hash, before, complain);
    if (place.state === "todo" && write.kind === "put" && write.note.role === "ingest") {
      if (job.isKnown || before.lease !== null) job.hadExtraTodo = true;
    }
    if (place.state === "processing" && write.kind === "put") this.#noteTakeOver(before, now);
    if (place.state === "out" && write.kind === "put") this.#checkResult(job, before, complain);
    if (write.kind === "put" && ["todo", "failed", "dead"].includes(place.state)) {
      this.#checkCount(job, write, before, now, complain);
    }
    if (place.state === "todo" || place.state === "failed" || place.state === "dead") {
      this.#checkReconvert(before, now, complain);
    }
    if (place.state === "processing" && write.kind === "delete") {
      this.#checkEnd(job, before, now, complain);
    }
    if (now.lease?.handed_back) job.handedBack.add(now.lease.attempt ?? "none");
    for (const { record } of now.todos) if (record.reconvert) job.asked.add(record.reconvert);
    this.#checkPlace(job, now, complain);
    if (place.state === "raw" && write.kind === "delete") this.#jobs.delete(hash);
  }

  #objectsBefore({ key, before }: Applied<Note>): Map<string, Kept> {
    const objects = new Map(this.objects);
    if (before) objects.set(key, before);
    else objects.delete(key);
    return objects;
  }

  #job(hash: PdfHash): Job {
    let job = this.#jobs.get(hash);
    if (!job) {
      job = {
        isKnown: false,
        hadExtraTodo: false,
        counted: new Set(),
        handedBack: new Set(),
        asked: new Set(),
        results: 0,
      };
      this.#jobs.set(hash, job);
    }
    return job;
  }

  /** No write of a former holder takes effect, and none of somebody who holds nothing. */
  #checkHolder(
    write: Applied<Note>,
    hash: PdfHash,
    before: JobView,
    complain: (what: string) => void,
  ): void {
    const { role, holder } = write.note;
    if (role === "seed" || role === "ingest") return;
    if (before.lease === null) complain("a marker was written without a lease");
    else if (holder === null || before.lease.holder !== holder) {
      complain(`a former holder wrote while ${leaseKey(hash).slice(-6)} is another's`);
    }
  }

  #noteTakeOver(before: JobView, now: JobView): void {
    if (before.lease === null || before.lease.holder === now.lease?.holder) return;
    const id = now.lease?.attempt;
    if (id === undefined) return;
    const known = this.#attempts.get(id) ?? { isMove: before.lease.move !== undefined };
    const wasCancelled = now.lease?.cancel === true;
    this.#attempts.set(id, { isMove: known.isMove, isTakenOver: true, wasCancelled });
  }

  /** One result; another only in the place of one that somebody asked to replace. */
  #checkResult(job: Job, before: JobView, complain: (what: string) => void): void {
    job.results++;
    if (before.out !== null && !job.asked.has(before.out.version)) {
      complain("a result was overwritten that nobody asked to replace");
    }
    if (job.results > 1 + job.asked.size) complain("more results than were asked for");
  }

  #checkCount(
    job: Job,
    write: Applied<Note>,
    before: JobView,
    now: JobView,
    complain: (what: string) => void,
  ): void {
    if (write.note.role === "seed" || write.note.role === "ingest") return;
    const isBare = markersOf(before).length === 0;
    const was = isBare ? before.lease?.retries ?? 0 : countedIn(before);
    const rise = countedIn(now) - was;
    if (rise <= 0) return;
    const id = before.lease?.attempt ?? "none";
    if (rise > 1) complain(`one attempt counted ${rise} times`);
    if (this.#attempts.get(id)?.isMove) complain("a move counted as an attempt");
    if (job.counted.has(id)) complain("an attempt was counted twice");
    if (job.handedBack.has(id)) complain("an attempt was counted that was handed back");
    job.counted.add(id);
  }

  /** A wish to replace the result lives until it is replaced, or the job removed. */
  #checkReconvert(before: JobView, now: JobView, complain: (what: string) => void): void {
    if (!asksToReplace(before) || asksToReplace(now)) return;
    if (before.out?.version !== now.out?.version || now.lease?.move?.kind === "remove") return;
    complain("a wish to convert again was forgotten");
  }

  /** What a recovery that ends must have done: counted the attempt, obeyed a cancel. */
  #checkEnd(job: Job, before: JobView, now: JobView, complain: (what: string) => void): void {
    const { lease } = before;
    if (lease === null || job.hadExtraTodo || lease.move !== undefined) return;
    const attempt = lease.attempt ?? "none";
    const { isTakenOver = false, wasCancelled = false } = this.#attempts.get(attempt) ?? {};
    if (!isTakenOver) return;
    const isDone = now.out !== null && !asksToReplace(now);
    if (isDone) return;
    if (wasCancelled && (now.todos.length > 0 || now.failed)) complain("a cancel was not obeyed");
    const mustCount = !lease.cancel && !lease.handed_back && now.todos.length > 0;
    if (mustCount && !job.counted.has(attempt)) complain("a failed attempt was not counted");
  }

  /** Nothing is in no place, and with no lease in one place only. */
  #checkPlace(job: Job, now: JobView, complain: (what: string) => void): void {
    const markers = markersOf(now);
    const isSomewhere = markers.length > 0 || now.out !== null;
    if (isSomewhere && now.hasRaw) job.isKnown = true;
    if (!job.isKnown || !now.hasRaw) return;
    const isRemoved = now.lease?.move?.kind === "remove";
    const isOld = now.lease !== null && (now.lease.attempt?.startsWith("legacy:") ?? true);
    if (!isSomewhere && !isRemoved && !isOld) complain("the job is in no place");
    if (now.lease !== null || now.out !== null) return;
    if (now.failed && now.dead) complain("the job is failed and dead at once");
    if (markers.length > 1 && !job.hadExtraTodo) complain("the job is in two places");
  }

  /** When everything has come to rest. */
  atRest(): string | null {
    for (const hash of this.#jobs.keys()) {
      const now = viewJob(this.objects, hash);
      const markers = markersOf(now);
      if (!isPdfHash(hash)) continue;
      if (now.lease !== null) return `a lease is left: ${describe(now)}`;
      if (now.todos.length > 0 || now.failed) return `not drained: ${describe(now)}`;
      if (now.hasRaw && markers.length === 0 && now.out === null) {
        return `in no place: ${describe(now)}`;
      }
      if (now.out && markers.length > 0 && !asksToReplace(now)) {
        return `a marker is left beside the result: ${describe(now)}`;
      }
    }
    return null;
  }
}

/** Markers, the end of a lease, and what only `remove` deletes. Renewals and messages are conditional and free. */
function isLeased({ key, kind }: Applied<Note>): boolean {
  if (key.startsWith(TODO) || key.startsWith(FAILED) || key.startsWith(DEAD)) return true;
  return kind === "delete";
}

function describe(view: JobView): string {
  const { lease } = view;
  const held = lease
    ? `L ${lease.move?.kind ?? "work"} by ${lease.worker} attempt ${lease.attempt?.slice(0, 6)}`
    : "no lease";
  const todos = view.todos.map(({ priority, record }) =>
    `T${priority[0]}{${record.retries}${record.after ? ` after ${record.after.slice(0, 6)}` : ""}${
      record.reconvert ? " reconvert" : ""
    }}`
  );
  const failed = view.failed
    ? [`F{${view.failed.retries} ${view.failed.attempt?.slice(0, 6)}}`]
    : [];
  const dead = view.dead ? [`D{${view.dead.total_retries} ${view.dead.reason}}`] : [];
  return [held, ...todos, ...failed, ...dead, view.out ? "O" : "no O"].join(", ");
}
