/** Folders for jobs on this machine's disk. What cannot be deleted is logged and never ends a worker. */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { machineFault } from "./failure.ts";

export class WorkFolder {
  constructor(
    private readonly folder: string,
    private readonly random: Random,
    private readonly log: Log,
  ) {}

  /** Makes the folder. What a crashed predecessor left there is nobody's. Throws `infra` if the disk is full or broken. */
  open(): void {
    try {
      mkdirSync(this.folder, { recursive: true });
    } catch (error) {
      throw machineFault("Cannot start", error) ?? error;
    }
    this.empty();
  }

  /**
   * Where a new job may work. The name is new, too: a converter's process that
   * outlives its killed worker by seconds must not write into the next job's result.
   */
  forJob(): string {
    return join(this.folder, `job-${this.random.id().slice(0, 16)}`);
  }

  /** Deletes everything in the folder. */
  empty(): void {
    if (!existsSync(this.folder)) return;
    for (const name of readdirSync(this.folder)) this.discard(join(this.folder, name));
  }

  discard(folder: string): void {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      this.log.warn("folder not deleted", { folder, error: messageOf(error) });
    }
  }
}
