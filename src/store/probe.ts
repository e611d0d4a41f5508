/** Finds out what a store really honours, by trying it. Documentation of providers is often wrong. */
import { messageOf } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { checkDeletes, checkExpiry } from "./probe/expiry.ts";
import { checkClock, checkListing, checkMetadata } from "./probe/listing.ts";
import { checkRaces, checkStale } from "./probe/races.ts";
import type { ObjectStore } from "./object_store.ts";
import { StoreError } from "./store_error.ts";

/** What one check found. A store that fails a `required` one must not be used: work would be lost. */
export type Finding = {
  check: CheckName;
  required: boolean;
  ok: boolean;
  /** One line: what was seen, and for a problem what it would lead to. */
  detail: string;
};

export type CheckName =
  | "create-race"
  | "swap-race"
  | "stale-swap"
  | "expired-put"
  | "expired-delete"
  | "delete"
  | "list-order"
  | "clock"
  | "metadata";

export type Verdict = Omit<Finding, "check" | "required">;

export type ProbeOptions = {
  random: Random;
  /** How many writers race in one round, 2 to 64. Default 16. */
  racers?: number;
  /** Rounds of each race. Default 3. */
  rounds?: number;
  signal?: AbortSignal;
};

/** What a check works with: a folder of its own below `registry/probe/`. */
export type Bench = {
  store: ObjectStore;
  key(name: string): string;
  racers: number;
  rounds: number;
  signal?: AbortSignal;
};

/** Where probes write. Nothing else of ours stands there. */
export const PROBE_FOLDER = "registry/probe/";

/**
 * Runs every check and removes what it wrote. Throws only when the store cannot
 * be used at all: no permission, no bucket, no connection.
 */
export async function probeStore(store: ObjectStore, options: ProbeOptions): Promise<Finding[]> {
  const folder = `${PROBE_FOLDER}${options.random.id()}/`;
  const findings: Finding[] = [];
  try {
    for (const { check, required, run } of CHECKS) {
      const bench: Bench = {
        store,
        key: (name) => `${folder}${check}/${name}`,
        racers: Math.max(2, Math.min(64, options.racers ?? 16)),
        rounds: options.rounds ?? 3,
        ...(options.signal ? { signal: options.signal } : {}),
      };
      findings.push({ check, required, ...await judged(() => run(bench)) });
    }
    return findings;
  } finally {
    await removeAll(store, folder);
  }
}

const CHECKS: {
  check: CheckName;
  required: boolean;
  run(bench: Bench): Promise<Verdict>;
}[] = [
  { check: "create-race", required: true, run: (bench) => checkRaces(bench, "absent") },
  { check: "swap-race", required: true, run: (bench) => checkRaces(bench, "unchanged") },
  { check: "stale-swap", required: true, run: checkStale },
  { check: "expired-put", required: true, run: (bench) => checkExpiry(bench, "put") },
  { check: "expired-delete", required: true, run: (bench) => checkExpiry(bench, "delete") },
  { check: "delete", required: true, run: checkDeletes },
  { check: "list-order", required: true, run: checkListing },
  { check: "clock", required: true, run: checkClock },
  { check: "metadata", required: false, run: checkMetadata },
];

/** A fault in one check is its finding, unless it would be that of all others too. */
async function judged(run: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof StoreError) || HOPELESS.has(error.fault)) throw error;
    return { ok: false, detail: messageOf(error) };
  }
}

const HOPELESS = new Set(["denied", "no-bucket", "unreachable", "no-space"]);

/** Does what it can: what stays is small, and the next probe does not mind. */
async function removeAll(store: ObjectStore, folder: string): Promise<void> {
  try {
    for await (const page of store.list(folder)) {
      for (const { key } of page.objects) await store.delete(key);
    }
  } catch {
    // the fault that led here is thrown already, or cleaning up is all that failed
  }
}
