import { createHash } from "node:crypto";
import { join } from "node:path";
import { LOCKS } from "./file_layout.ts";

/**
 * Locks between processes (flock), striped over some files by key. The
 * operating system lets go of a dead process' locks. A stopped process keeps
 * its own: others wait, which is what keeps its late write from doing harm.
 */
export class FileLocks {
  readonly #folder: string;
  readonly #queues = new Map<string, Promise<void>>();

  constructor(storeFolder: string) {
    this.#folder = join(storeFolder, LOCKS);
  }

  /** Runs `act` while nobody else, here or in another process, writes `key`. */
  async withKey<T>(
    key: string,
    signal: AbortSignal | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    const stripe = createHash("sha256").update(key).digest("hex").slice(0, 2);
    // Callers of one process queue up here, so that each takes up a thread only when it is its turn.
    const turn = this.#queues.get(stripe) ?? Promise.resolve();
    const done = untilAborted(turn, signal).then(async () => {
      using _lock = await this.#lock(stripe, true, signal);
      return await act();
    });
    const settled = Promise.allSettled([turn, done]).then(() => {});
    this.#queues.set(stripe, settled);
    void settled.then(() => {
      if (this.#queues.get(stripe) === settled) this.#queues.delete(stripe);
    });
    return await done;
  }

  /**
   * Runs `act`, which judges a deadline and then writes, so that {@link passFence}
   * cannot happen between the two. `act` must not wait.
   */
  async insideFence<T>(signal: AbortSignal | undefined, act: () => T): Promise<T> {
    using _lock = await this.#lock("fence", false, signal);
    return act();
  }

  /**
   * Waits until every write whose deadline was judged before now has been made.
   * Whoever replaces a lease passes here, so a process that was stopped between
   * judging and writing cannot write after the lease has a new holder.
   */
  async passFence(signal: AbortSignal | undefined): Promise<void> {
    using _lock = await this.#lock("fence", true, signal);
  }

  async #lock(name: string, exclusive: boolean, signal?: AbortSignal): Promise<Disposable> {
    const file = Deno.openSync(join(this.#folder, name), { read: true, write: true, create: true });
    const locked = file.lock(exclusive);
    try {
      await untilAborted(locked, signal);
    } catch (error) {
      // A wait for flock cannot be called off: let go of the lock when it comes.
      locked.then(() => file.close(), () => file.close());
      throw error;
    }
    return { [Symbol.dispose]: () => file.close() };
  }
}

/** Settles as `work` does, or rejects with the signal's reason, whichever is first. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
