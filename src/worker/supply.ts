/** Brings the next source PDF to this machine while another converts: fetched, but not claimed. */
import { join } from "node:path";
import { BlobForgeError } from "../base/errors.ts";
import { fetchSource, type Source } from "../library/source.ts";
import type { PdfHash } from "../queue/job.ts";
import type { Queue } from "../queue/queue.ts";
import type { Candidate } from "../queue/rules/pick.ts";
import { StoreError } from "../store/store_error.ts";
import { machineFault } from "./failure.ts";
import type { WorkFolder } from "./work_folder.ts";

export type Supplied = {
  candidate: Candidate;
  /**
   * Null: the bucket has no source of this hash. A fault: what it has are not the
   * bytes of this hash (`bad-input`), or it does not give them (`StoreError`).
   */
  source: Source | BlobForgeError | null;
  folder: string;
};

/** So often one source may be out of reach before its job is failed for it, if the store lets it be claimed. */
const TRIES = 3;
/** More of them are no single sources any more. */
const MOST_FAILURES = 1000;

/**
 * One PDF ahead. `take` gives the one that was fetched, and starts the next if
 * asked to; what is fetched in vain (another worker claimed it) costs one
 * request and is thrown away.
 */
export class Supply {
  #ahead: Promise<Supplied | null> | null = null;
  /** Sources that came. */
  #fetched = 0;
  /** Sources that did not, and how often. */
  readonly #failures = new Map<PdfHash, number>();

  constructor(
    private readonly queue: Queue,
    private readonly folder: WorkFolder,
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
    if (ahead) this.discard(ahead);
    this.#ahead = null;
  }

  discard(supplied: Supplied): void {
    this.folder.discard(supplied.folder);
  }

  async #fetchNext(): Promise<Supplied | null> {
    const candidate = await this.queue.nextCandidate();
    if (candidate === null) return null;
    const folder = this.folder.forJob();
    const file = join(folder, "source.pdf");
    try {
      const source = await fetchSource(this.queue.store, candidate.hash, file, this.signal);
      this.#failures.delete(candidate.hash);
      this.#fetched++;
      return { candidate, source, folder };
    } catch (error) {
      this.folder.discard(folder);
      this.signal.throwIfAborted();
      if (error instanceof BlobForgeError && this.#isItsOwn(candidate.hash, error)) {
        return { candidate, source: error, folder };
      }
      throw machineFault("Cannot fetch a PDF", error) ?? error;
    }
  }

  /**
   * Whether the fault is this one job's. A refusal is, if the store gives the
   * sources of others; silence is in the end, since a store that is away for all
   * lets nobody claim the job to fail it.
   */
  #isItsOwn(hash: PdfHash, error: BlobForgeError): boolean {
    if (!(error instanceof StoreError)) return error.code === "bad-input";
    if (!error.passing) return this.#fetched > 0;
    const times = (this.#failures.get(hash) ?? 0) + 1;
    this.#failures.delete(hash);
    if (times >= TRIES) return true;
    if (this.#failures.size >= MOST_FAILURES) this.#failures.clear();
    this.#failures.set(hash, times);
    return false;
  }
}
