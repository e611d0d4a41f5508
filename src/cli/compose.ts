/** The only place where the real parts of the program are put together. */
import { hostname } from "node:os";
import type { Clock } from "../base/clock.ts";
import { createLog, type Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Converter } from "../convert/converter.ts";
import { Results } from "../library/get.ts";
import { Manifest } from "../library/manifest.ts";
import { resolveHash } from "../library/resolve.ts";
import { Search } from "../library/search.ts";
import type { PdfHash } from "../queue/job.ts";
import { Queue } from "../queue/queue.ts";
import { readConfig as readFleetConfig } from "../queue/remote_config.ts";
import { queueSettings, type RemoteConfig } from "../queue/settings.ts";
import type { ObjectStore } from "../store/object_store.ts";
import type { Config } from "./config.ts";
import { cacheFolder } from "./folders.ts";
import type { Output } from "./output.ts";

/** What differs between the real program and a test. */
export type Parts = {
  clock: Clock;
  random: Random;
  /** `byDefault`: nothing names a store, so the user's own folder is used. */
  openStore(
    config: Config,
    deps: { clock: Clock; random: Random; log: Log },
  ): Promise<{ store: ObjectStore; byDefault: boolean }>;
  openConverter(
    name: string,
    options: { memoryLimitBytes: number; clock: Clock; log: Log },
  ): Promise<Converter>;
};

/** One store, open, and what stands on it. */
export class App {
  readonly manifest: Manifest;
  readonly search: Search;
  readonly results: Results;
  #fleet: Promise<RemoteConfig> | undefined;

  private constructor(
    readonly store: ObjectStore,
    readonly log: Log,
    readonly parts: Parts,
    /** Two servers may have buckets of one name. */
    readonly storeEndpoint: string,
    cacheDir: string,
  ) {
    this.manifest = new Manifest({ store, clock: parts.clock, random: parts.random, log });
    this.results = new Results({ store, random: parts.random });
    this.search = new Search({ store, manifest: this.manifest, log, cacheDir });
  }

  get clock(): Clock {
    return this.parts.clock;
  }

  get random(): Random {
    return this.parts.random;
  }

  /** Opens the store, and says which one when nobody chose it. */
  static async open(config: Config, out: Output, parts: Parts): Promise<App> {
    const log = logOf(config, out, parts.clock);
    const { clock, random } = parts;
    const { store, byDefault } = await parts.openStore(config, { clock, random, log });
    if (byDefault && !config.json) {
      out.note(`Using the store ${store.url} (choose another with --store or BLOBFORGE_STORE)`);
    }
    const endpoint = config.env.BLOBFORGE_S3_ENDPOINT_URL ?? "";
    return new App(store, log, parts, endpoint, cacheFolder(config.env));
  }

  /** The settings of the fleet, read once. */
  fleetConfig(): Promise<RemoteConfig> {
    return this.#fleet ??= readFleetConfig(this.store, this.log);
  }

  /** The queue as this tool or worker: its name stands in the leases that it takes. */
  async queue(worker = `cli@${hostname()}`): Promise<Queue> {
    const settings = queueSettings(await this.fleetConfig());
    const { store, clock, random, log } = this;
    const forget = (hash: PdfHash) => this.manifest.remove(hash);
    return new Queue({ store, clock, random, log, worker, settings, forget });
  }

  /** What a person calls a job (a hash, its beginning, a path) -> its hash. */
  resolve(word: string): Promise<PdfHash> {
    return resolveHash(this, word);
  }

  /** Now, by the store's clock: ages of markers are measured with it. */
  storeNow(): number {
    return this.store.time() ?? this.clock.now();
  }

  async close(): Promise<void> {
    await this.search.close();
    await this.store.close();
  }
}

export function logOf(config: Config, out: Output, clock: Clock): Log {
  return createLog({
    level: config.logLevel,
    format: config.logFormat,
    clock,
    write: (line) => out.stderrLine(line),
  });
}
