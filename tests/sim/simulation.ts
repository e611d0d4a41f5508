/**
 * A whole fleet on one bucket in one process and on virtual time: workers,
 * sweepers, people and ingests run the program's own code over a network that
 * loses, delays and doubles, while their processes pause and die. One seed gives
 * one history, down to the byte.
 */
import { createHash } from "node:crypto";
import { messageOf } from "../../src/base/errors.ts";
import { silentLog } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { isPdfHash, type PdfHash } from "../../src/queue/job.ts";
import { Queue } from "../../src/queue/queue.ts";
import { DEFAULT_CONFIG, queueSettings } from "../../src/queue/settings.ts";
import { type FaultRates, FAULTS, Faults, NO_FAULTS } from "../support/sim_faults.ts";
import { SimProcess } from "../support/sim_process.ts";
import { SimBucket, SimClient } from "../support/sim_store.ts";
import { SimTime } from "../support/sim_time.ts";
import { ingest, janitor, person, type Stage, work } from "./actors.ts";
import { Checker, type Note, type Role } from "./checker.ts";
import { seedOldBucket } from "./old_bucket.ts";
import type { Variant } from "./variants.ts";

export type SimOptions = {
  jobs?: number;
  workers?: number;
  sweepers?: number;
  people?: number;
  /** How long things go wrong, in virtual ms. */
  stormMs?: number;
  faults?: FaultRates;
  /** A queue that is broken on purpose. */
  variant?: Variant;
};

export type Report = {
  seed: number;
  /** The first thing that must never be, or null. */
  violation: string | null;
  virtualMs: number;
  events: number;
  requests: number;
  applied: number;
  /** How often what happened: claims, ends, moves, faults. */
  counts: Record<string, number>;
  /** Of all requests and writes with their times: equal for equal seeds. */
  digest: string;
  /** The last of them, newest last. */
  tail: string[];
};

const START = Date.UTC(2026, 0, 1);
/** Shortest first: seeds differ in how patient the fleet is, and its members differ too. */
const STALE_MS = [15_000, 30_000, 60_000, 90_000];
const REST_CHECK_MS = 20_000;
const REST_LIMIT_MS = 1_200_000;
const TAIL = 400;

/** Plays one seed. Never throws for what the code under test does: that is a violation in the report. */
export async function simulate(seed: number, options: SimOptions = {}): Promise<Report> {
  return await new Simulation(seed, options).run();
}

class Simulation {
  readonly #time = new SimTime(START);
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #bucket: SimBucket<Note>;
  readonly #checker: Checker;
  readonly #hashes: PdfHash[];
  readonly #digest = createHash("sha256");
  readonly #tail: string[] = [];
  readonly #counts: Record<string, number> = {};
  #requests = 0;
  #events = 0;
  #isStormy = true;

  constructor(private readonly seed: number, private readonly options: SimOptions) {
    this.#random = seededRandom(seed);
    this.#faults = new Faults(this.#fork(), options.faults ?? FAULTS);
    this.#bucket = new SimBucket<Note>(this.#time, (write) => {
      const text = write.after === null ? "" : ` ${write.after.text}`;
      this.#trace(`  applied ${write.by}: ${write.kind} ${write.key}${text}`);
      this.#checker.applied(write);
    });
    this.#checker = new Checker(this.#bucket.objects, () => this.#time.stop());
    this.#hashes = Array.from({ length: options.jobs ?? 3 }, () => {
      const hash = this.#random.id() + this.#random.id();
      if (!isPdfHash(hash)) throw new Error(`${hash} is no hash`);
      return hash;
    });
  }

  async run(): Promise<Report> {
    const { workers = 3, sweepers = 2, people = 2, stormMs = 480_000 } = this.options;
    await seedOldBucket(this.#bucket, this.#hashes, this.#fork());
    this.#start("ingest", "ingest", ingest);
    for (let at = 0; at < workers; at++) this.#start(`worker-${at}`, "worker", work);
    for (let at = 0; at < sweepers; at++) this.#start(`sweeper-${at}`, "sweeper", janitor);
    for (let at = 0; at < people; at++) this.#start(`person-${at}`, "person", person);
    this.#events += await this.#time.run(START + stormMs);
    this.#isStormy = false;
    this.#faults.rates = NO_FAULTS;
    await this.#comeToRest();
    return this.#report();
  }

  async #comeToRest(): Promise<void> {
    // What the storm sent late arrives first.
    const limit = this.#time.now + REST_LIMIT_MS;
    let until = this.#time.now + (this.options.faults ?? FAULTS).longestMs;
    let problem: string | null = "";
    while (this.#checker.violation === null && problem !== null && until <= limit) {
      this.#events += await this.#time.run(until);
      problem = this.#checker.atRest();
      until += REST_CHECK_MS;
    }
    if (problem && this.#checker.violation === null) this.#checker.fail(problem);
  }

  /** Starts a process, and its successor when it dies. */
  #start(name: string, role: Role, act: (stage: Stage) => Promise<void>): void {
    const random = this.#fork();
    const skewMs = random.int(3) === 0 ? random.int(7_200_000) - 3_600_000 : 0;
    const process = new SimProcess(name, this.#time, skewMs, () => {
      this.#trace(`  ${name} dies`);
      this.#time.after(1_000 + random.int(60_000), () => this.#start(name, role, act));
    });
    const client = new SimClient<Note>(
      this.#bucket,
      process,
      this.#faults,
      random,
      ({ kind, key, fate }) => {
        this.#requests++;
        this.#trace(`${name}: ${kind} ${key} ${fate}`);
      },
      this.#checker.identity(role),
    );
    const store = this.options.variant?.wrap(client, role) ?? client;
    const { clock } = process;
    const queue = new Queue({
      store,
      clock,
      random,
      log: silentLog,
      worker: name,
      settings: this.#settings(role, random),
    });
    act({
      store,
      clock,
      random,
      queue,
      isStormy: () => this.#isStormy,
      pickHash: () => this.#hashes[random.int(this.#hashes.length)]!,
      count: (event) => this.#count(event),
    }).catch((error) =>
      this.#checker.fail(`${name} threw: ${messageOf(error)} ${error?.stack ?? ""}`)
    );
  }

  #settings(role: Role, random: Random) {
    const staleAfterMs = STALE_MS[(this.seed + random.int(2)) % STALE_MS.length]!;
    const judge = role === "sweeper" ? this.options.variant?.judgeStaleAfterMs : undefined;
    const settings = queueSettings({
      ...DEFAULT_CONFIG,
      max_retries: 2,
      stale_timeout_minutes: staleAfterMs / 60_000,
      retry_backoff: 8,
      retry_backoff_max: 40,
    });
    return judge === undefined ? settings : { ...settings, staleAfterMs: judge };
  }

  #fork(): Random {
    return seededRandom(this.#random.int(2 ** 32));
  }

  #count(event: string): void {
    this.#counts[event] = (this.#counts[event] ?? 0) + 1;
  }

  #trace(line: string): void {
    const dated = `${((this.#time.now - START) / 1000).toFixed(3)} ${line}`;
    this.#digest.update(dated);
    this.#tail.push(dated);
    if (this.#tail.length > 2 * TAIL) this.#tail.splice(0, TAIL);
  }

  #report(): Report {
    return {
      seed: this.seed,
      violation: this.#checker.violation,
      virtualMs: this.#time.now - START,
      events: this.#events,
      requests: this.#requests,
      applied: this.#bucket.applied,
      counts: { ...this.#counts, ...this.#faults.seen },
      digest: this.#digest.digest("hex"),
      tail: this.#tail.slice(-TAIL),
    };
  }
}
