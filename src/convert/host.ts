/** Supervises a converter's process: start, progress, limits, stall, kill, recycle. */
import type { Conversion, Converter, ConvertRequest } from "./converter.ts";
import { ConversionError } from "./converter.ts";
import { closed, withLog } from "./host_failure.ts";
import type { HostProcess } from "./host_process.ts";
import { runDocument } from "./host_document.ts";
import { type HostStart, startHost } from "./host_start.ts";
import type { GroupDeps } from "./process_group.ts";

export type HostOptions = HostStart & {
  /** No event from the host for this long: it hangs. */
  stallTimeoutMs: number;
  /** Resident bytes of its whole process group; 0 is no limit. */
  memoryLimitBytes: number;
  /** A fresh host after so many documents. */
  recycleAfterDocuments?: number;
  /** A fresh host after a document that left it larger than this. */
  recycleAboveBytes?: number;
};

export type HostDeps = GroupDeps;

/**
 * The one supervisor of every converter. The host is started for the first document and kept for
 * the next ones; after a failure that says anything about the host, the next document gets a new one.
 */
export class HostConverter implements Converter {
  readonly name: string;
  #version = "unknown";
  #host: HostProcess | null = null;
  #lastId = 0;
  #retiring: Promise<void> = Promise.resolve();
  #running: Promise<unknown> | null = null;
  #closing: Promise<void> | null = null;
  readonly #closed = new AbortController();

  constructor(readonly options: HostOptions, readonly deps: HostDeps) {
    this.name = options.name;
  }

  /** `unknown` before the host was started for the first time. */
  get version(): string {
    return this.#version;
  }

  /** Process id of the host, which is also its group's; null when none runs. */
  get pid(): number | null {
    return this.#host && !this.#host.hasEnded ? this.#host.pid : null;
  }

  /** Starts the host if none runs: finds out that the machine lacks something before a job is claimed. */
  start(signal: AbortSignal = new AbortController().signal): Promise<void> {
    return this.#alone(signal, async (signal) => {
      await this.#ready(signal);
    });
  }

  convert(request: ConvertRequest): Promise<Conversion> {
    return this.#alone(request.signal, (signal) => this.#convert({ ...request, signal }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #convert(request: ConvertRequest): Promise<Conversion> {
    const host = await this.#ready(request.signal);
    try {
      const id = ++this.#lastId;
      const conversion = await runDocument(host, { ...request, id }, this.options, this.deps);
      await this.#recycle(host);
      return conversion;
    } catch (error) {
      if (isAboutTheDocument(error)) await this.#recycle(host);
      else await this.#discard(host);
      if (!diedBefore(host, error, request.outDir)) throw withLog(error, host.log.text());
    }
    return await this.#convert(request); // in a new host, so for the last time
  }

  async #close(): Promise<void> {
    this.#closed.abort(closed(this.name));
    await this.#running?.catch(() => {}); // its caller hears of it
    await this.#host?.end();
    await this.#retiring;
    this.#host = null;
  }

  async #alone<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#running) {
      throw new ConversionError("infra", "busy", `Cannot convert with "${this.name}": it is busy`);
    }
    this.#closed.signal.throwIfAborted();
    signal.throwIfAborted();
    const running = run(AbortSignal.any([signal, this.#closed.signal]));
    this.#running = running;
    try {
      return await running;
    } finally {
      this.#running = null;
    }
  }

  async #ready(signal: AbortSignal): Promise<HostProcess> {
    if (this.#host && !this.#host.hasEnded) return this.#host;
    this.#host = null;
    await this.#retiring; // two hosts at once could be too much for the machine
    const { host, version } = await startHost(this.options, this.deps, signal);
    this.#version = version;
    this.#host = host;
    return host;
  }

  async #recycle(host: HostProcess): Promise<void> {
    const { recycleAfterDocuments = Infinity, recycleAboveBytes = Infinity } = this.options;
    host.documents += 1;
    const bytes = recycleAboveBytes < Infinity ? await host.residentBytes() : 0;
    if (host.documents < recycleAfterDocuments && bytes <= recycleAboveBytes) return;
    this.deps.log.debug("host recycled", { converter: this.name, bytes, after: host.documents });
    this.#host = null;
    this.#retiring = host.end();
  }

  async #discard(host: HostProcess): Promise<void> {
    this.#host = null;
    await host.kill();
  }
}

/** Nothing is wrong with a host that said so itself. */
function isAboutTheDocument(error: unknown): boolean {
  return error instanceof ConversionError &&
    (error.kind === "poison" || error.kind === "unreadable");
}

/**
 * A host that was kept may die between two documents, unnoticed yet when the next one comes. The
 * document has nothing to do with it if no word about it was heard and nothing written.
 */
function diedBefore(host: HostProcess, error: unknown, outDir: string): boolean {
  if (!(error instanceof ConversionError) || error.reason !== "host-died") return false;
  return host.documents > 0 && host.heard === 0 && Deno.readDirSync(outDir).next().done === true;
}
