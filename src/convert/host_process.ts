/** One host from its start to its end: a process group that speaks the protocol. */
import { type HostMessage, parseHostLine } from "./host_messages.ts";
import { readLines } from "./line_reader.ts";
import { LogTail } from "./log_tail.ts";
import { type GroupCommand, type GroupDeps, ProcessGroup } from "./process_group.ts";
import type { HostRequest } from "./protocol.ts";
import { within } from "./within.ts";

const LOG_BYTES = 64 * 1024;
/** A `done` names every page that needs OCR and every warning: long books fit well. */
const LINE_BYTES = 4 * 1024 * 1024;
/** Output that is still held open after the end belongs to a process that left the group. */
const DRAIN_MS = 2000;
const CLOSE_GRACE_MS = 5000;
const TERM_GRACE_MS = 2000;

export class HostProcess {
  /** The end of its stderr, and what was no event on its stdout. */
  readonly log = new LogTail(LOG_BYTES);
  /** All processes have ended and all that they said was heard. */
  readonly ended: Promise<Deno.CommandStatus>;
  documents = 0;
  /** Messages since the last request. */
  heard = 0;
  hasEnded = false;
  /** Largest resident size that was seen since the last request. */
  peakBytes = 0;
  readonly #group: ProcessGroup;
  readonly #clock;
  #lastEventAt: number;
  #listener: ((message: HostMessage) => void) | null = null;

  /** Starts it. Throws what `Deno.Command` throws. */
  constructor(command: GroupCommand, deps: GroupDeps) {
    this.#clock = deps.clock;
    this.#lastEventAt = deps.clock.monotonic();
    this.#group = new ProcessGroup(command, deps);
    this.ended = this.#watch();
  }

  get pid(): number {
    return this.#group.pid;
  }

  lastEventAt(): number {
    return this.#lastEventAt;
  }

  /** Receives every message from now on; null: nobody does. */
  listen(listener: ((message: HostMessage) => void) | null): void {
    this.#listener = listener;
  }

  /** Sends a request, and begins a new log for it. */
  async send(request: HostRequest): Promise<void> {
    this.log.clear();
    this.heard = 0;
    this.peakBytes = 0;
    this.#lastEventAt = this.#clock.monotonic();
    await this.#group.write(`${JSON.stringify(request)}\n`);
  }

  async residentBytes(): Promise<number> {
    const { residentBytes } = await this.#group.usage();
    this.peakBytes = Math.max(this.peakBytes, residentBytes);
    return residentBytes;
  }

  /** At once, with everything it started. Safe to repeat. */
  async kill(): Promise<void> {
    await this.#group.kill();
    await this.#drained();
  }

  /** Lets it end by itself, then with less patience. Safe to repeat. */
  async end(): Promise<void> {
    await this.#group.closeStdin();
    if (await within(this.#clock, CLOSE_GRACE_MS, this.ended)) return;
    this.#group.signal("SIGTERM");
    if (await within(this.#clock, TERM_GRACE_MS, this.ended)) return;
    await this.kill();
  }

  async #watch(): Promise<Deno.CommandStatus> {
    const { stdout, stderr } = this.#group;
    const output = Promise.all([
      readLines(stdout, LINE_BYTES, (line) => this.#hear(line.text, line.cut)).catch(() => {}),
      this.#keep(stderr).catch(() => {}),
    ]);
    const status = await this.#group.ended;
    if (!await within(this.#clock, DRAIN_MS, output)) {
      await Promise.all([stdout.cancel(), stderr.cancel()].map((done) => done.catch(() => {})));
      await output;
    }
    this.hasEnded = true;
    return status;
  }

  /** Waits for `ended`, unless its processes cannot be killed. */
  async #drained(): Promise<void> {
    await within(this.#clock, 2 * DRAIN_MS, this.ended);
  }

  async #keep(stderr: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    for (let next = await stderr.read(); !next.done; next = await stderr.read()) {
      this.log.add(next.value);
    }
  }

  #hear(text: string, cut: boolean): void {
    const message = cut ? null : parseHostLine(text);
    if (message === null) return this.log.addLine(text.slice(0, 2000));
    this.#lastEventAt = this.#clock.monotonic();
    this.heard += 1;
    this.#listener?.(message);
  }
}
