/** The loop: find, claim, run, pause; until it is told to stop or nothing is left. */
import type { Clock } from "../base/clock.ts";
import { BlobForgeError, messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { ConversionError, type Converter } from "../convert/converter.ts";
import { within } from "../convert/within.ts";
import type { Queue } from "../queue/queue.ts";
import type { RemoteConfig } from "../queue/settings.ts";
import type { Work } from "../queue/work.ts";
import type { WorkerRecord } from "../queue/worker_records.ts";
import { sweep, type SweepItem } from "../janitor/sweep.ts";
import { keepHouse } from "./housekeeping.ts";
import { failWithoutSource } from "./no_source.ts";
import { Pace } from "./pace.ts";
import { Presence } from "./presence.ts";
import { type JobEnd, runJob } from "./run_job.ts";
import { Slots } from "./slots.ts";
import { type Supplied, Supply } from "./supply.ts";
import { WorkFolder } from "./work_folder.ts";

export type WorkerDeps = {
  queue: Queue;
  clock: Clock;
  random: Random;
  log: Log;
  machine: WorkerRecord;
  version: string;
  /** As it was read at the start; read again with every sweep. */
  config: RemoteConfig;
  /** One for each job that runs at a time. The worker closes them. */
  converters: Converter[];
  /** This worker's own; emptied at the start. */
  folder: string;
  /** Told of every job that ended. */
  onEnd?(end: JobEnd): void;
};

export type WorkerOptions = {
  /**
   * `drain`: until no job is left in the queue, retries and other workers' jobs
   * included, so that the last one to stay recovers what a dead one left. `once`: one job.
   */
  until: "forever" | "drain" | "once";
};

export type WorkerReport = {
  ends: Record<JobEnd["end"], number>;
  pages: number;
  /** Why the worker stopped by itself, if this machine cannot convert. */
  infra?: ConversionError;
};

/** Results on their way to the store, for each slot: a slow upload holds conversion back instead of filling the disk. */
const PUBLISHING = 1;
/** A sweep or a heartbeat that hangs holds the end of the worker up no longer; nothing depends on it. */
const FAREWELL_MS = 5000;
/** How often a drain with a free slot looks whether a job came back while others still run. */
const WHILE_RUNNING_MS = 15_000;

/**
 * Works until `stop` aborts (then running jobs are handed back at once, and
 * results that are being published are finished) or until what `until` says.
 * A store that is away is waited for; only what no waiting can mend throws.
 */
export async function runWorker(
  deps: WorkerDeps,
  options: WorkerOptions,
  stop: AbortSignal,
): Promise<WorkerReport> {
  return await new Worker(deps, options, stop).run();
}

class Worker {
  readonly #slots: Slots;
  readonly #presence: Presence;
  readonly #supply: Supply;
  readonly #folder: WorkFolder;
  readonly #pace: Pace;
  readonly #running = new Set<Promise<void>>();
  readonly #halt = new AbortController();
  readonly #stop: AbortSignal;
  #config: RemoteConfig;
  /** Why the worker ends by itself. */
  #why: { error: unknown } | null = null;
  readonly #report: WorkerReport = {
    ends: { done: 0, superseded: 0, failed: 0, dead: 0, cancelled: 0, "handed-back": 0, lost: 0 },
    pages: 0,
  };

  constructor(
    private readonly deps: WorkerDeps,
    private readonly options: WorkerOptions,
    stop: AbortSignal,
  ) {
    this.#stop = AbortSignal.any([stop, this.#halt.signal]);
    this.#slots = new Slots(deps.converters);
    const { queue, clock, log, random } = deps;
    this.#presence = new Presence({ store: queue.store, clock, log }, deps.machine, deps.version);
    this.#folder = new WorkFolder(deps.folder, random, log);
    this.#supply = new Supply(queue, this.#folder, this.#stop);
    this.#pace = new Pace(random, options.until === "drain");
    this.#config = deps.config;
  }

  async run(): Promise<WorkerReport> {
    const { deps } = this;
    deps.log.info("worker started", {
      worker: deps.machine.worker_id,
      slots: deps.converters.length,
    });
    const background = new AbortController();
    const others = Promise.all([
      this.#presence.run(deps.queue.settings.heartbeatMs, background.signal),
      keepHouse({
        ...deps,
        workerId: deps.machine.worker_id,
        onConfig: (config) => this.#config = config,
      }, background.signal),
    ]);
    try {
      this.#folder.open();
      await this.#loop();
    } catch (error) {
      this.#stopHere(error);
    } finally {
      this.#halt.abort(this.#stop.aborted ? this.#stop.reason : new Error("the worker ended"));
      await Promise.all(this.#running);
      background.abort();
      await within(deps.clock, FAREWELL_MS, others);
      await this.#supply.close();
      await this.#slots.close();
      await within(deps.clock, FAREWELL_MS, this.#presence.stop());
      this.#folder.empty();
    }
    const why = this.#why?.error;
    if (this.#why && !(why instanceof ConversionError)) throw why;
    deps.log.info("worker stopped", { done: this.#report.ends.done });
    return why instanceof ConversionError ? { ...this.#report, infra: why } : this.#report;
  }

  async #loop(): Promise<void> {
    while (!this.#stop.aborted) {
      const converter = await this.#slots.take();
      while (this.#running.size >= this.#slots.converters.length * (1 + PUBLISHING)) {
        await Promise.race(this.#running);
      }
      await this.#pause(this.#pace.afterFailures());
      const next = await this.#startNext(converter).catch((error) => this.#mustPass(error));
      if (next === "started") {
        this.#pace.started();
        if (this.options.until === "once") break;
        continue;
      }
      this.#slots.give(converter);
      if (next === "other") {
        await this.#pause(this.#pace.afterClaimInVain());
        continue;
      }
      const isOver = next === "nothing" &&
        await this.#isOver().catch((error) => this.#mustPass(error));
      if (isOver === true) break;
      const pauseMs = this.#pace.whenIdle(typeof isOver === "number" ? isOver : undefined);
      // The job that ends next may be the last one of a drain.
      await this.#pause(pauseMs, this.options.until === "drain" ? this.#running : []);
    }
    if (!this.#stop.aborted) await Promise.all(this.#running);
  }

  /** `other`: that job is another's, try the next. `nothing`: none waits. `away`: the store cannot be reached. */
  async #startNext(converter: Converter): Promise<"started" | "other" | "nothing" | "away"> {
    if (this.#stop.aborted) return "nothing";
    const supplied = await this.#supply.take();
    if (supplied === null) return "nothing";
    if (this.#stop.aborted) {
      this.#supply.discard(supplied);
      return "nothing";
    }
    const claim = await this.deps.queue.claim(supplied.candidate).catch((error) => {
      this.#supply.discard(supplied);
      throw error;
    });
    if (claim.kind !== "claimed") {
      this.#supply.discard(supplied);
      return "other";
    }
    this.deps.log.info("job claimed", { hash: claim.work.hash, attempt: claim.work.lease.attempt });
    this.#spawn(this.#runOne(claim.work, supplied, converter));
    if (this.options.until !== "once") this.#supply.prepare();
    return "started";
  }

  #spawn(job: Promise<void>): void {
    const tracked = job
      .catch((error) => this.#stopHere(error))
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #runOne(work: Work, supplied: Supplied, converter: Converter): Promise<void> {
    const { deps } = this;
    const { source, folder } = supplied;
    let holdsSlot = true;
    const giveSlot = () => {
      if (holdsSlot) this.#slots.give(converter);
      holdsSlot = false;
    };
    this.#presence.started(work.hash);
    try {
      if (source === null || source instanceof BlobForgeError) {
        return this.#ended(await failWithoutSource(work, source, deps.log));
      }
      const end = await runJob(
        {
          store: deps.queue.store,
          clock: deps.clock,
          log: deps.log,
          workerId: deps.machine.worker_id,
          heartbeatMs: deps.queue.settings.heartbeatMs,
          conversionTimeoutMs: this.#config.conversion_timeout * 1000,
        },
        { work, source, converter, folder, stop: this.#stop, onConverted: giveSlot },
      );
      this.#ended(end);
    } finally {
      giveSlot();
      this.#presence.ended(work.hash);
      this.#supply.discard(supplied);
    }
  }

  #ended(end: JobEnd): void {
    this.#report.ends[end.end]++;
    if (end.end === "done") this.#report.pages += end.pages;
    if (end.end === "done" || end.end === "failed") this.#pace.ended(end.end === "done");
    if (end.infra) this.#stopHere(end.infra);
    this.deps.onEnd?.(end);
  }

  /** Ends the worker by itself: running jobs are handed back. The first reason counts. */
  #stopHere(error: unknown): void {
    this.#why ??= { error };
    this.#halt.abort(new Error(messageOf(error)));
  }

  /** A store that is away may come back; what waiting cannot mend ends the worker. */
  #mustPass(error: unknown): "away" {
    if (this.#stop.aborted) return "away";
    const passing = error instanceof BlobForgeError && error.code === "store-unreachable";
    if (!passing || this.options.until === "once") throw error;
    this.deps.log.warn("store cannot be reached", { error: messageOf(error) });
    return "away";
  }

  /**
   * A todo marker stays until its job leaves the queue, so no todo and no failure
   * means that nothing is left. A number: not over, and not worth a look for so many ms.
   */
  async #isOver(): Promise<boolean | number> {
    if (this.#stop.aborted || this.options.until === "once") return true;
    if (this.options.until === "forever") return false;
    if (this.#running.size > 0) return WHILE_RUNNING_MS;
    if (await this.#hasAny("failed")) {
      const { queue, log } = this.deps;
      let dueInMs = Infinity;
      const onItem = (item: SweepItem) => dueInMs = Math.min(dueInMs, item.dueInMs ?? Infinity);
      await sweep({ queue, log }, { signal: this.#stop, onItem });
      return dueInMs < Infinity ? dueInMs : false;
    }
    return !await this.#hasAny("todo");
  }

  async #hasAny(state: "failed" | "todo"): Promise<boolean> {
    for await (const _ of this.deps.queue.list(state)) return true;
    return false;
  }

  /** Returns at once when the worker must stop, and of `ends` when one does. */
  async #pause(ms: number, ends: Iterable<Promise<void>> = []): Promise<void> {
    if (ms <= 0) return;
    const over = new AbortController();
    const sleep = this.deps.clock.sleep(ms, AbortSignal.any([this.#stop, over.signal]));
    await Promise.race([sleep, ...ends]).catch(() => {});
    over.abort();
    await sleep.catch(() => {});
  }
}
