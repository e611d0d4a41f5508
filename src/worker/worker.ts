/** The loop: find, claim, run, pause; until it is told to stop or nothing is left. */
import { mkdirSync, rmSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { BlobForgeError, messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { ConversionError, Converter } from "../convert/converter.ts";
import type { Queue } from "../queue/queue.ts";
import { readConfig } from "../queue/remote_config.ts";
import { queueSettings, type RemoteConfig } from "../queue/settings.ts";
import type { Work } from "../queue/work.ts";
import type { WorkerRecord } from "../queue/worker_records.ts";
import { sweep } from "../janitor/sweep.ts";
import { takeTurn } from "../janitor/turn.ts";
import { Presence } from "./presence.ts";
import { type JobEnd, runJob } from "./run_job.ts";
import { Slots } from "./slots.ts";
import { discard, type Supplied, Supply } from "./supply.ts";

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

/** First pause when nothing waits; doubles up to the longest, with jitter, so that idle fleets ask little. */
const IDLE_MS = 1000;
const IDLE_MAX_MS = 30_000;
/** While draining, the end is near: looked for more often. */
const DRAIN_MAX_MS = 4000;
/** Results on their way to the store, for each slot: a slow upload holds conversion back instead of filling the disk. */
const PUBLISHING = 1;
const SWEEP_MAX_MS = 60_000;

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
  readonly #running = new Set<Promise<void>>();
  readonly #halt = new AbortController();
  readonly #stop: AbortSignal;
  #config: RemoteConfig;
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
    const { queue, clock, log } = deps;
    this.#presence = new Presence({ store: queue.store, clock, log }, deps.machine, deps.version);
    this.#supply = new Supply(queue, deps.folder, this.#stop);
    this.#config = deps.config;
  }

  async run(): Promise<WorkerReport> {
    const { deps } = this;
    emptyFolder(deps.folder);
    deps.log.info("worker started", {
      worker: deps.machine.worker_id,
      slots: deps.converters.length,
    });
    const background = new AbortController();
    const others = [
      this.#presence.run(deps.queue.settings.heartbeatMs, background.signal),
      this.#sweepNowAndThen(background.signal),
    ];
    try {
      await this.#loop();
    } finally {
      this.#halt.abort(this.#stop.aborted ? this.#stop.reason : new Error("the worker ended"));
      await Promise.all(this.#running);
      background.abort();
      await Promise.all(others);
      await this.#supply.close();
      await this.#slots.close();
      await this.#presence.stop();
      emptyFolder(deps.folder);
    }
    deps.log.info("worker stopped", { done: this.#report.ends.done });
    return this.#report;
  }

  async #loop(): Promise<void> {
    let idleMs = IDLE_MS;
    while (!this.#stop.aborted) {
      const converter = await this.#slots.take();
      while (this.#running.size >= this.#slots.converters.length * (1 + PUBLISHING)) {
        await Promise.race(this.#running);
      }
      const isBusy = await this.#startNext(converter).catch((error) => this.#mustPass(error));
      if (isBusy === "started") {
        idleMs = IDLE_MS;
        if (this.options.until === "once") break;
        continue;
      }
      this.#slots.give(converter);
      if (isBusy === "other") continue;
      if (isBusy === "nothing" && await this.#isOver()) break;
      await this.#pause(idleMs);
      const longest = this.options.until === "drain" ? DRAIN_MAX_MS : IDLE_MAX_MS;
      idleMs = Math.min(idleMs * 2, longest);
    }
    if (!this.#stop.aborted) await Promise.all(this.#running);
  }

  /** `other`: that job is another's, try the next. `nothing`: none waits. `away`: the store cannot be reached. */
  async #startNext(converter: Converter): Promise<"started" | "other" | "nothing" | "away"> {
    if (this.#stop.aborted) return "nothing";
    const supplied = await this.#supply.take();
    if (supplied === null) return "nothing";
    if (this.#stop.aborted) {
      discard(supplied);
      return "nothing";
    }
    const claim = await this.deps.queue.claim(supplied.candidate).catch((error) => {
      discard(supplied);
      throw error;
    });
    if (claim.kind !== "claimed") {
      discard(supplied);
      return "other";
    }
    this.deps.log.info("job claimed", { hash: claim.work.hash, attempt: claim.work.lease.attempt });
    this.#spawn(this.#runOne(claim.work, supplied, converter));
    if (this.options.until !== "once") this.#supply.prepare();
    return "started";
  }

  #spawn(job: Promise<void>): void {
    const tracked = job.finally(() => this.#running.delete(tracked));
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
        return await this.#failWithoutSource(work, source);
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
      discard(supplied);
    }
  }

  /** A marker without its source, or with one that is damaged in the bucket: only a person can bring it back. */
  async #failWithoutSource(work: Work, fault: BlobForgeError | null): Promise<void> {
    const reason = fault === null ? "no-source" : "source-damaged";
    const error = fault?.message ?? "its source PDF is not in the bucket; ingest the file again";
    try {
      const end = await work.fail({ kind: "poison", reason, error });
      this.deps.log.warn(`job ${end}`, { hash: work.hash, reason, error });
      this.#ended({ hash: work.hash, end, pages: 0, durationMs: 0, error });
    } catch (lost) {
      work.lease.abandon();
      this.#ended({
        hash: work.hash,
        end: "lost",
        pages: 0,
        durationMs: 0,
        error: messageOf(lost),
      });
    }
  }

  #ended(end: JobEnd): void {
    this.#report.ends[end.end]++;
    if (end.end === "done") this.#report.pages += end.pages;
    this.deps.onEnd?.(end);
    if (end.infra && this.#report.infra === undefined) {
      this.#report.infra = end.infra;
      this.#halt.abort(new Error(end.infra.message));
    }
  }

  /** A store that is away may come back; what waiting cannot mend ends the worker. */
  #mustPass(error: unknown): "away" {
    if (this.#stop.aborted) return "away";
    const passing = error instanceof BlobForgeError && error.code === "store-unreachable";
    if (!passing || this.options.until === "once") throw error;
    this.deps.log.warn("store cannot be reached", { error: messageOf(error) });
    return "away";
  }

  /** A todo marker stays until its job leaves the queue, so no todo and no failure means that nothing is left. */
  async #isOver(): Promise<boolean> {
    if (this.options.until === "forever") return false;
    await Promise.all(this.#running);
    if (this.options.until === "once") return true;
    if (await this.#hasAny("failed")) {
      await this.#sweep();
      return false;
    }
    return !await this.#hasAny("todo");
  }

  async #hasAny(state: "failed" | "todo"): Promise<boolean> {
    for await (const _ of this.deps.queue.list(state)) return true;
    return false;
  }

  async #pause(ms: number): Promise<void> {
    const jittered = ms / 2 + this.deps.random.next() * ms / 2;
    await this.deps.clock.sleep(jittered, this.#stop).catch(() => {});
  }

  async #sweepNowAndThen(signal: AbortSignal): Promise<void> {
    const { clock, random, log, queue, machine } = this.deps;
    while (!signal.aborted) {
      const everyMs = Math.min(SWEEP_MAX_MS, queue.settings.staleAfterMs / 3);
      try {
        this.#config = await readConfig(queue.store, log);
        queue.useSettings(queueSettings(this.#config));
        const turn = await takeTurn(
          { store: queue.store, clock, random },
          everyMs,
          machine.worker_id,
        );
        if (turn !== null) await this.#sweep(turn === "deep", signal);
      } catch (error) {
        if (!signal.aborted) log.warn("sweep failed", { error: messageOf(error) });
      }
      await clock.sleep(everyMs * (0.5 + random.next()), signal).catch(() => {});
    }
  }

  async #sweep(deep = false, signal?: AbortSignal): Promise<void> {
    await sweep({ queue: this.deps.queue, log: this.deps.log }, { deep, signal });
  }
}

/** What a crashed predecessor left there is nobody's. */
function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
