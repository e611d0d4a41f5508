/** Whose turn it is to sweep: one worker of the fleet, now and then. */
import type { Clock } from "../base/clock.ts";
import { BlobForgeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { Random } from "../base/random.ts";
import { SWEEP } from "../queue/layout.ts";
import { changeJson, readJson } from "../store/json_register.ts";
import type { ObjectStore } from "../store/object_store.ts";

/** Once a day everything is compared. */
const DEEP_MS = 24 * 60 * 60 * 1000;

/**
 * Takes the turn if the last sweep of anybody is at least `everyMs` ago by the
 * store's clock. The timestamp is changed by compare-and-swap before the sweep,
 * so of many workers one goes; if it dies, the next turn makes up for it.
 */
export async function takeTurn(
  deps: { store: ObjectStore; clock: Clock; random: Random },
  everyMs: number,
  worker: string,
): Promise<"sweep" | "deep" | null> {
  const seen = await readTurns(deps.store);
  const now = deps.store.time() ?? deps.clock.now();
  if (!isDue(seen, "swept_at", everyMs, now)) return null;
  let turn: "sweep" | "deep" | null = null;
  await changeJson(deps, SWEEP, (json) => {
    // Not due any more: somebody else's turn, or our own write whose answer was lost.
    if (!isDue(json, "swept_at", everyMs, now)) {
      if (json.worker !== worker) turn = null;
      return null;
    }
    const isFirst = json.deep_at === undefined;
    const deep = !isFirst && isDue(json, "deep_at", DEEP_MS, now);
    turn = deep ? "deep" : "sweep";
    return { ...json, swept_at: now, worker, ...(deep || isFirst ? { deep_at: now } : {}) };
  });
  return turn;
}

function isDue(json: JsonObject, field: string, everyMs: number, now: number): boolean {
  const last = json[field];
  // A time in the future is nonsense of a wrong clock: it must not stop the sweeps.
  return typeof last !== "number" || last > now + everyMs || now - last >= everyMs;
}

/** Nothing is lost with this object, so one that cannot be read is thrown away: sweeps must go on. */
async function readTurns(store: ObjectStore): Promise<JsonObject> {
  try {
    return (await readJson(store, SWEEP))?.json ?? {};
  } catch (error) {
    if (!(error instanceof BlobForgeError) || error.code !== "bad-input") throw error;
    await store.delete(SWEEP);
    return {};
  }
}
