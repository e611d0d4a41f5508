/** Gathers manifest entries, so that one commit carries thousands. */
import type { Clock } from "../base/clock.ts";
import type { NewEntry } from "../library/entry.ts";
import type { Manifest } from "../library/manifest.ts";

export type BatchLimits = { files: number; ms: number };

export class ManifestBatch {
  #entries: NewEntry[] = [];
  #since: number;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly deps: { manifest: Pick<Manifest, "add">; clock: Clock },
    private readonly limits: BatchLimits,
  ) {
    this.#since = deps.clock.monotonic();
  }

  /** Keeps the entry, and writes all that were kept when they are many or have waited for long. */
  async add(entry: NewEntry): Promise<void> {
    this.#entries.push(entry);
    const waited = this.deps.clock.monotonic() - this.#since;
    if (this.#entries.length >= this.limits.files || waited >= this.limits.ms) await this.flush();
  }

  /** Writes all that is kept, after what is being written. What could not be written is kept. */
  async flush(): Promise<void> {
    const before = this.#writing;
    this.#writing = before.catch(() => {}).then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const entries = this.#entries;
    this.#entries = [];
    this.#since = this.deps.clock.monotonic();
    try {
      await this.deps.manifest.add(entries);
    } catch (error) {
      this.#entries.unshift(...entries);
      throw error;
    }
  }
}
