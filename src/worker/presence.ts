/** Keeps the worker's record under `registry/workers/` up to date. Its failures are logged and do no harm. */
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { putWorker, type WorkerRecord } from "../queue/worker_records.ts";
import type { ObjectStore } from "../store/object_store.ts";

export class Presence {
  readonly #jobs = new Set<string>();
  #stopped = false;

  constructor(
    private readonly deps: { store: ObjectStore; clock: Clock; log: Log },
    private readonly machine: WorkerRecord,
    private readonly version: string,
  ) {}

  started(hash: string): void {
    this.#jobs.add(hash);
  }

  ended(hash: string): void {
    this.#jobs.delete(hash);
  }

  /** Registers at once, then again every interval until the signal aborts. */
  async run(intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.tell();
      await this.deps.clock.sleep(intervalMs, signal).catch(() => {});
    }
  }

  /** The last word: `stopped`. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.tell();
  }

  async tell(): Promise<void> {
    const jobs = [...this.#jobs];
    const status = this.#stopped ? "stopped" : jobs.length > 0 ? "processing" : "idle";
    try {
      await putWorker(this.deps.store, {
        ...this.machine,
        version: this.version,
        last_heartbeat: this.deps.clock.now(),
        status,
        current_job: jobs[0] ?? null,
        current_jobs: jobs,
      });
    } catch (error) {
      this.deps.log.warn("worker not registered", { error: messageOf(error) });
    }
  }
}
