/** The queue's verbs, bound to one store, clock and worker. */
import type { Clock } from "../base/clock.ts";
import { BlobForgeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { ObjectStore, Version } from "../store/object_store.ts";
import { Candidates } from "./candidates.ts";
import { enqueue } from "./enqueue.ts";
import {
  countJobs,
  findJob,
  type Job,
  type ListedJob,
  listJobs,
  type QueueCounts,
} from "./find.ts";
import { DEFAULT_PRIORITY, type JobState, type PdfHash, type Priority } from "./job.ts";
import { readLease } from "./lease.ts";
import { ask, type Asked, cancelOutcome } from "./messages.ts";
import { type MoveDeps, recover, type Recovery, runMove } from "./moves.ts";
import type { Markers, Move } from "./records.ts";
import type { Candidate } from "./rules/pick.ts";
import type { QueueSettings } from "./settings.ts";
import { type Claim, claimWork } from "./work.ts";

export type QueueDeps = {
  store: ObjectStore;
  clock: Clock;
  random: Random;
  log: Log;
  /** Who acts: a worker's id, or the name of a tool for moves by hand. */
  worker: string;
  settings: QueueSettings;
  /** Takes a job out of the manifest; `remove` and its recovery call it. Safe to repeat. */
  forget?(hash: PdfHash): Promise<void>;
};

export class Queue {
  #settings: QueueSettings;
  readonly #candidates: Candidates;

  constructor(private readonly deps: QueueDeps) {
    this.#settings = deps.settings;
    this.#candidates = new Candidates(deps);
  }

  get store(): ObjectStore {
    return this.deps.store;
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  /** Settings that were changed for the fleet apply to leases claimed from now on. */
  useSettings(settings: QueueSettings): void {
    this.#settings = settings;
  }

  /** See {@link enqueue}. */
  enqueue(
    hash: PdfHash,
    priority: Priority,
    source: { isNew: boolean },
  ): Promise<"queued" | "known"> {
    return enqueue(this.deps, hash, priority, source);
  }

  /** The next job to try, shared by all slots; null when nothing waits. */
  nextCandidate(): Promise<Candidate | null> {
    return this.#candidates.next();
  }

  /** See {@link claimWork}. After a claim in vain the next candidates are listed anew. */
  async claim(candidate: Candidate): Promise<Claim> {
    const claim = await claimWork(this.#moveDeps(), candidate);
    if (claim.kind !== "claimed") this.#candidates.drop();
    return claim;
  }

  find(hash: PdfHash): Promise<Job | null> {
    return findJob(this.deps, hash);
  }

  list(state: JobState): AsyncGenerator<ListedJob> {
    return listJobs(this.store, state);
  }

  count(): Promise<QueueCounts> {
    return countJobs(this.store);
  }

  /** F -> T, when its pause is over (the caller looked). */
  requeue(hash: PdfHash): Promise<"moved" | "busy"> {
    return this.#tryMove(hash, { kind: "requeue" });
  }

  /** Deletes markers that stand beside a result. */
  tidy(hash: PdfHash): Promise<"moved" | "busy"> {
    return this.#tryMove(hash, { kind: "tidy" });
  }

  /** Puts a job that is in no place, though its source is there, back into the queue. */
  restore(hash: PdfHash, priority: Priority = DEFAULT_PRIORITY): Promise<"moved" | "busy"> {
    return this.#tryMove(hash, { kind: "restore", priority });
  }

  recover(hash: PdfHash, listed: { version: Version; ageMs: number }): Promise<Recovery> {
    return recover(this.#moveDeps(), hash, listed);
  }

  /** Back into the queue: a dead letter, or a failure that still waits for its retry. Returns the job as it is then. */
  async retry(
    hash: PdfHash,
    options: { priority?: Priority; resetRetries?: boolean } = {},
  ): Promise<Job> {
    const move: Move = {
      kind: "retry",
      priority: options.priority,
      reset_retries: options.resetRetries ?? false,
    };
    const before = await this.#mustMove(hash, move, "retry");
    if (before.dead === null && before.failed === null) {
      await this.#refuse(hash, "retry", "failed or dead");
    }
    return await this.#mustFind(hash);
  }

  /** Asks for a new result in the place of the one that is there. */
  async reconvert(hash: PdfHash, priority: Priority = DEFAULT_PRIORITY): Promise<Job> {
    const before = await this.#mustMove(hash, { kind: "reconvert", priority }, "reconvert");
    if (before.out === null) await this.#refuse(hash, "reconvert", "done");
    return await this.#mustFind(hash);
  }

  /** Buries a job that waits or runs. `asked`: its worker was told, and obeys at its next heartbeat. */
  async cancel(
    hash: PdfHash,
    waitMs: number,
  ): Promise<{ outcome: "cancelled" | "done" | "dead" | "asked" }> {
    const asked = await ask(this.#moveDeps(), hash, { kind: "cancel" }, waitMs);
    if (asked.kind === "asked") return { outcome: "asked" };
    const outcome = cancelOutcome(asked.before);
    if (outcome === "unknown") throw unknownJob(hash);
    return { outcome };
  }

  /** Moves a waiting job to another priority. Running work goes there if it has to wait again. */
  async reprioritize(
    hash: PdfHash,
    priority: Priority,
    waitMs = 0,
  ): Promise<{ asked: boolean; job: Job }> {
    const asked: Asked = await ask(
      this.#moveDeps(),
      hash,
      { kind: "reprioritize", priority },
      waitMs,
    );
    const job = await this.#mustFind(hash);
    if (asked.kind === "moved" && asked.before.todos.length === 0 && asked.before.failed === null) {
      await this.#refuse(hash, "reprioritize", "todo, failed or processing");
    }
    return { asked: asked.kind === "asked", job };
  }

  /** Takes everything away: manifest entry, markers, result, source. There is no way back. */
  async remove(hash: PdfHash): Promise<void> {
    await this.#mustMove(hash, { kind: "remove" }, "remove");
  }

  async #tryMove(hash: PdfHash, move: Move): Promise<"moved" | "busy"> {
    return (await runMove(this.#moveDeps(), hash, move)).kind;
  }

  async #mustMove(hash: PdfHash, move: Move, verb: string): Promise<Markers> {
    const result = await runMove(this.#moveDeps(), hash, move);
    if (result.kind === "moved") return result.before;
    const lease = await readLease(this.deps, hash);
    throw new BlobForgeError(
      "conflict",
      `Cannot ${verb} ${hash.slice(0, 12)}: it is held by ${
        lease?.record.worker ?? "another process"
      }`,
      `Wait until it is free (\`blobforge status ${hash.slice(0, 12)}\`), or cancel it first`,
    );
  }

  async #refuse(hash: PdfHash, verb: string, wanted: string): Promise<never> {
    const job = await this.find(hash);
    if (job === null) throw unknownJob(hash);
    throw new BlobForgeError(
      "conflict",
      `Cannot ${verb} ${hash.slice(0, 12)}: it is ${job.state}, not ${wanted}`,
      `Run \`blobforge status ${hash.slice(0, 12)}\` to see where it is`,
    );
  }

  async #mustFind(hash: PdfHash): Promise<Job> {
    const job = await this.find(hash);
    if (job === null) throw unknownJob(hash);
    return job;
  }

  #moveDeps(): MoveDeps {
    return { ...this.deps, settings: this.#settings, staleAfterMs: this.#settings.staleAfterMs };
  }
}

export function unknownJob(hash: string): BlobForgeError {
  return new BlobForgeError(
    "not-found",
    `Cannot find a job ${hash.slice(0, 12)} in the queue`,
    "Run `blobforge list -v` to see the jobs, or `blobforge ingest FILE` to add one",
  );
}
