/** The converter that is always there: this program itself, started again as its own host. */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { HostConverter } from "./host.ts";

export type LiteDeps = {
  /** How to start this program: see `selfCommand()`. */
  selfCommand: string[];
  clock: Clock;
  log: Log;
  /** Resident bytes of the host's process group; 0 is no limit. */
  memoryLimitBytes: number;
};

/** A WebAssembly heap never shrinks: after a large book the host starts afresh. */
const RECYCLE_ABOVE_BYTES = 512 * 1024 * 1024;
const RECYCLE_AFTER_DOCUMENTS = 500;

export function createLiteConverter(deps: LiteDeps): HostConverter {
  return new HostConverter({
    name: "lite",
    command: [...deps.selfCommand, "host", "lite"],
    startTimeoutMs: 60_000,
    stallTimeoutMs: 5 * 60_000,
    memoryLimitBytes: deps.memoryLimitBytes,
    recycleAfterDocuments: RECYCLE_AFTER_DOCUMENTS,
    recycleAboveBytes: RECYCLE_ABOVE_BYTES,
  }, { clock: deps.clock, log: deps.log });
}
