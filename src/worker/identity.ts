/** Who this worker is: the machine's fingerprint and a slot, the same after every restart. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { cpus, hostname, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../base/clock.ts";
import { BlobForgeError } from "../base/errors.ts";
import type { WorkerRecord } from "../queue/worker_records.ts";

export type Identity = {
  id: string;
  /** A folder that no other process of this machine uses as long as this one lives. */
  folder: string;
  release(): void;
};

const MOST_SLOTS = 1000;

/**
 * Takes the first free slot of this machine. The lock is one of the operating
 * system (SQLite's), so it goes with the process, however that ends. The id is
 * never the original's (12 hex digits): that program deletes every lease with its own id.
 */
export function takeIdentity(stateFolder: string, override: string | undefined): Identity {
  mkdirSync(stateFolder, { recursive: true });
  for (let slot = 0; slot < MOST_SLOTS; slot++) {
    const lock = tryLock(join(stateFolder, `worker-${slot}.lock`));
    if (lock === null) continue;
    const folder = join(stateFolder, `worker-${slot}`);
    mkdirSync(folder, { recursive: true });
    const id = override === undefined ? `bf-${fingerprint()}-${slot}` : checkId(override);
    return { id, folder, release: () => lock.close() };
  }
  throw new BlobForgeError(
    "unexpected",
    `Cannot start a worker: ${MOST_SLOTS} run on this machine already`,
    `Look at the lock files in ${stateFolder}`,
  );
}

/** The worker's record as it registers: what people want to know of a machine. */
export function describeMachine(id: string, clock: Clock): WorkerRecord {
  return {
    worker_id: id,
    hostname: hostname(),
    platform: platform() === "linux" ? "Linux" : platform(),
    platform_release: release(),
    cpu_count: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30 * 10) / 10,
    registered_at: new Date(clock.now()).toISOString(),
    pid: Deno.pid,
    status: "active",
  };
}

function fingerprint(): string {
  return createHash("sha256").update(`blobforge:${hostname()}:${machineId()}`).digest("hex").slice(
    0,
    10,
  );
}

function machineId(): string {
  for (const file of ["/etc/machine-id", "/var/lib/dbus/machine-id"]) {
    try {
      return readFileSync(file, "utf8").trim();
    } catch {
      // the next one, or the host's name alone
    }
  }
  return "";
}

function checkId(id: string): string {
  if (/^[\w.@-]{1,100}$/.test(id) && !/^[0-9a-f]{12}$/.test(id)) return id;
  throw new BlobForgeError(
    "usage",
    `Cannot use "${id}" as a worker's id`,
    "BLOBFORGE_WORKER_ID takes letters, digits and . _ - @ (and not 12 hex digits: those are the original program's ids)",
  );
}

function tryLock(file: string): DatabaseSync | null {
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
    return db;
  } catch {
    db.close();
    return null;
  }
}
