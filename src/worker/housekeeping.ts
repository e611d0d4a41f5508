/** What every worker does for the fleet now and then: reads its settings, and sweeps when it is its turn. */
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { sweep } from "../janitor/sweep.ts";
import { takeTurn } from "../janitor/turn.ts";
import type { Queue } from "../queue/queue.ts";
import { readConfig } from "../queue/remote_config.ts";
import { queueSettings, type RemoteConfig } from "../queue/settings.ts";
import { StoreError } from "../store/store_error.ts";

export type HousekeepingDeps = {
  queue: Queue;
  clock: Clock;
  random: Random;
  log: Log;
  workerId: string;
  onConfig(config: RemoteConfig): void;
};

const SWEEP_MAX_MS = 60_000;

/** Goes on until the signal aborts. Failures are logged; the next round makes up for them. */
export async function keepHouse(deps: HousekeepingDeps, signal: AbortSignal): Promise<void> {
  const { clock, random, log, queue } = deps;
  while (!signal.aborted) {
    const everyMs = Math.min(SWEEP_MAX_MS, queue.settings.staleAfterMs / 3);
    try {
      const config = await readConfig(queue.store, log);
      queue.useSettings(queueSettings(config));
      deps.onConfig(config);
      const turn = await turnOf(deps, everyMs);
      if (turn !== null) await sweep({ queue, log }, { deep: turn === "deep", signal });
    } catch (error) {
      if (!signal.aborted) log.warn("sweep failed", { error: messageOf(error) });
    }
    await clock.sleep(everyMs * (0.5 + random.next()), signal).catch(() => {});
  }
}

/** Where the turn cannot be written down everybody sweeps: that costs requests, no sweeps would cost jobs. */
async function turnOf(deps: HousekeepingDeps, everyMs: number) {
  const { queue, clock, random, log, workerId } = deps;
  try {
    return await takeTurn({ store: queue.store, clock, random }, everyMs, workerId);
  } catch (error) {
    if (error instanceof StoreError && error.passing) throw error;
    log.warn("turn to sweep cannot be taken", { error: messageOf(error) });
    return "sweep";
  }
}
