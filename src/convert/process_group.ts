/** A child process with everything that it starts: signalled, measured and ended as one. */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { guardGroup } from "./parent_guard.ts";
import { type GroupUsage, groupUsage } from "./process_table.ts";
import { within } from "./within.ts";

export type GroupCommand = { command: string[]; env?: Record<string, string> };
export type GroupDeps = { clock: Clock; log: Log };

const KILL_WAIT_MS = 10_000;
const LOOK_AGAIN_MS = 10;

/**
 * The child leads a process group (and session) of its own, so signals reach its children too, and
 * Ctrl-C in a terminal reaches neither. A process that starts a session of its own leaves the group.
 */
export class ProcessGroup {
  readonly pid: number;
  readonly stdout: ReadableStreamDefaultReader<Uint8Array>;
  readonly stderr: ReadableStreamDefaultReader<Uint8Array>;
  /** The child has ended, was waited for, and whatever it left in its group was killed. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #guard;
  #gone = false;

  /** Starts the command. Throws what `Deno.Command` throws (`NotFound`, `PermissionDenied`, ...). */
  constructor({ command, env }: GroupCommand, readonly deps: GroupDeps) {
    const [file, ...args] = command;
    const [stdin, stdout, stderr] = ["piped", "piped", "piped"] as const;
    const child = new Deno.Command(file!, { args, env, detached: true, stdin, stdout, stderr })
      .spawn();
    this.#child = child;
    this.pid = child.pid;
    this.#guard = guardGroup(child.pid);
    if (this.#guard === null) deps.log.warn("host is not guarded", { pid: child.pid });
    this.#stdin = child.stdin.getWriter();
    this.#stdin.closed.catch(() => {}); // a child that ended; `ended` tells
    this.stdout = child.stdout.getReader();
    this.stderr = child.stderr.getReader();
    this.ended = this.#end();
  }

  /** Writes to the child's stdin. A child that has ended takes nothing, silently: `ended` tells. */
  async write(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text)).catch(() => {});
  }

  /** Ends the child's stdin. Safe to repeat. */
  async closeStdin(): Promise<void> {
    await this.#stdin.close().catch(() => {});
  }

  /** To every member. Nothing happens once all have ended. */
  signal(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.#gone) return; // the number may belong to somebody else by now
    try {
      if (Deno.build.os === "windows") this.#child.kill(signal);
      else Deno.kill(-this.pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        this.deps.log.debug("host was not signalled", { pid: this.pid, error: String(error) });
      }
    }
  }

  /** Kills all members and waits until they are gone. Safe to repeat. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    if (await within(this.deps.clock, KILL_WAIT_MS, this.ended)) return;
    this.deps.log.error("host cannot be killed", { pid: this.pid });
  }

  usage(): Promise<GroupUsage> {
    return this.#gone ? Promise.resolve({ processes: 0, residentBytes: 0 }) : groupUsage(this.pid);
  }

  async #end(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    await this.#killRest();
    this.#gone = true;
    await this.#guard?.stop();
    await this.#stdin.abort().catch(() => {});
    return status;
  }

  async #killRest(): Promise<void> {
    const { clock, log } = this.deps;
    const giveUpAt = clock.monotonic() + KILL_WAIT_MS;
    while ((await groupUsage(this.pid)).processes > 0) {
      this.signal("SIGKILL");
      if (clock.monotonic() > giveUpAt) {
        return log.error("processes of a host cannot be killed", { group: this.pid });
      }
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }
}
