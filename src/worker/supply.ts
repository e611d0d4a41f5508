/** Brings the next source PDF to this machine while another converts: fetched, but not claimed. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { BlobForgeError } from "../base/errors.ts";
import { fetchSource, type Source } from "../library/source.ts";
import type { Queue } from "../queue/queue.ts";
import type { Candidate } from "../queue/rules/pick.ts";

export type Supplied = {
  candidate: Candidate;
  /** Null: the bucket has no source of this hash. A fault: what it has are not the bytes of this hash. */
  source: Source | BlobForgeError | null;
  folder: string;
};

/**
 * One PDF ahead. `take` gives the one that was fetched, and starts the next if
 * asked to; what is fetched in vain (another worker claimed it) costs one
 * request and is thrown away.
 */
export class Supply {
  #ahead: Promise<Supplied | null> | null = null;
  #count = 0;

  constructor(
    private readonly queue: Queue,
    private readonly folder: string,
    private readonly signal: AbortSignal,
  ) {}

  /** The next PDF, or null when nothing waits. */
  async take(): Promise<Supplied | null> {
    const ahead = this.#ahead ?? this.#fetchNext();
    this.#ahead = null;
    return await ahead;
  }

  /** Starts to fetch the next one. Its failure is told by the next `take`. */
  prepare(): void {
    if (this.#ahead !== null) return;
    this.#ahead = this.#fetchNext();
    this.#ahead.catch(() => {});
  }

  /** Throws away what was fetched and is not wanted any more. */
  async close(): Promise<void> {
    const ahead = await this.#ahead?.catch(() => null);
    if (ahead) discard(ahead);
    this.#ahead = null;
  }

  async #fetchNext(): Promise<Supplied | null> {
    const candidate = await this.queue.nextCandidate();
    if (candidate === null) return null;
    const folder = join(this.folder, `job-${this.#count++}`);
    try {
      const source = await fetchSource(
        this.queue.store,
        candidate.hash,
        join(folder, "source.pdf"),
        this.signal,
      );
      return { candidate, source, folder };
    } catch (error) {
      if (error instanceof BlobForgeError && error.code === "bad-input") {
        return { candidate, source: error, folder };
      }
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }
}

export function discard(supplied: Supplied): void {
  rmSync(supplied.folder, { recursive: true, force: true });
}
