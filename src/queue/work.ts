/** One claimed job, and the ways in which its attempt can end. */
import type { Random } from "../base/random.ts";
import type { StoreTime, Version } from "../store/object_store.ts";
import type { ErrorKind, PdfHash, Priority } from "./job.ts";
import { outKey, todoKey } from "./layout.ts";
import { Lease, type LeaseDeps, LeaseLost } from "./lease.ts";
import { readMarker, readMarkers } from "./markers.ts";
import { performUnderLease } from "./perform.ts";
import { type Markers, parseTodo, type TodoRecord } from "./records.ts";
import { buryCancelled, failWrites } from "./rules/moves.ts";
import type { Candidate } from "./rules/pick.ts";
import { backoffMs } from "./rules/retry.ts";
import { gatherTodos } from "./rules/writes.ts";
import type { QueueSettings } from "./settings.ts";

export type WorkDeps = LeaseDeps & { random: Random; settings: QueueSettings };

/** `held`: another worker's. `finished`: nothing was left to do; its markers were tidied. */
export type Claim = { kind: "claimed"; work: Work } | { kind: "held" | "finished" };

/**
 * Claims one waiting job: lease, then the marker and the result are looked at
 * under it, since both may have changed after they were listed.
 */
export async function claimWork(deps: WorkDeps, candidate: Candidate): Promise<Claim> {
  const { hash, priority } = candidate;
  const lease = await Lease.claim(deps, hash, { priority });
  if (lease === null) return { kind: "held" };
  try {
    return await lookUnder(deps, lease, priority);
  } catch (error) {
    if (error instanceof LeaseLost) return { kind: "held" };
    // Nothing was begun: as far as the store lets us, the claim leaves no trace.
    await lease.disclaim().catch(() => {});
    throw error;
  }
}

async function lookUnder(deps: WorkDeps, lease: Lease, priority: Priority): Promise<Claim> {
  const key = todoKey(priority, lease.hash);
  const todo = await readMarker(deps, key, parseTodo);
  // Without a todo somebody finished the job: the result need not be asked for.
  const out = todo && await deps.store.head(outKey(lease.hash));
  const isDone = out !== null && todo?.record.reconvert !== out.version;
  if (todo !== null && !isDone) {
    lease.note({ retries: todo.record.retries }); // for people, and for the original's janitor
    return {
      kind: "claimed",
      work: new Work(deps, lease, priority, todo.record, out?.version ?? null),
    };
  }
  if (todo !== null) await lease.delete(key);
  await lease.release();
  return { kind: "finished" };
}

export class Work {
  constructor(
    private readonly deps: WorkDeps,
    readonly lease: Lease,
    readonly priority: Priority,
    readonly todo: TodoRecord,
    /** The result that this attempt is asked to replace; null: there must be none. */
    readonly replaces: Version | null,
  ) {}

  get hash(): PdfHash {
    return this.lease.hash;
  }

  /** Somebody asked to cancel this job (rule 7). */
  get isCancelled(): boolean {
    return this.lease.record.cancel === true;
  }

  /** complete: the result is published; nothing is left to do. */
  async complete(): Promise<void> {
    await this.lease.delete(todoKey(this.priority, this.hash));
    await this.lease.release();
  }

  /**
   * fail, or bury where no retry can help or none is left, or where a message asks
   * to cancel. Returns what became of the job.
   */
  async fail(
    failure: { kind: Exclude<ErrorKind, "infra">; reason: string; error: string },
  ): Promise<"failed" | "dead"> {
    await this.lease.renew(); // messages since the last heartbeat are obeyed
    if (this.isCancelled) {
      await this.buryCancelled();
      return "dead";
    }
    const { random, settings } = this.deps;
    const pause = backoffMs(this.todo.retries, settings.backoffMs, settings.backoffMaxMs, random);
    const priority = this.lease.record.priority_to ?? this.priority;
    const writes = await this.#perform((markers) =>
      failWrites(this.todo, priority, markers, {
        ...failure,
        attempt: this.lease.attempt,
        worker: this.deps.worker,
        at: this.#storeTime(),
        backoffMs: pause,
      }, settings.maxRetries)
    );
    const isDead = writes.some((write) => write.kind === "put" && write.to.state === "dead");
    return isDead ? "dead" : "failed";
  }

  /** Obeys a cancel message: buries the job; the attempt is no failure. */
  async buryCancelled(): Promise<void> {
    await this.#perform((markers) =>
      buryCancelled(this.todo, this.priority, markers, this.lease.attempt, this.#storeTime())
    );
  }

  /** Ends the claim without counting it. Obeys a message on the way. */
  async handBack(): Promise<void> {
    await this.lease.renew({ handed_back: true });
    if (this.isCancelled) return await this.buryCancelled();
    const to = this.lease.record.priority_to;
    if (to === undefined || to === this.priority) return await this.lease.release();
    await this.#perform((markers) => gatherTodos(markers, to));
  }

  async #perform(decide: Parameters<typeof performUnderLease>[3]) {
    const read = (): Promise<Markers> => readMarkers(this.deps, this.hash);
    const writes = await performUnderLease(this.deps.store, this.lease, read, decide);
    await this.lease.release();
    return writes;
  }

  #storeTime(): number {
    return this.deps.store.time() as StoreTime;
  }
}
