/** What `registry/config.json` sets for the whole fleet, read with the original's names and defaults. */
import { z } from "zod";
import { BlobForgeError } from "../base/errors.ts";

/** The JSON as it stands in the bucket; fields of other programs are kept. */
export const remoteConfig = z.looseObject({
  /** Failed attempts after the first before a job is dead. */
  max_retries: z.number().int().min(0).max(1000).default(3),
  /** Seconds between two renewals of a lease. */
  heartbeat_interval: z.number().positive().default(60),
  /** A lease that was not renewed for this long may be taken over. At least 0.25 (15 s). */
  stale_timeout_minutes: z.number().min(0.25).max(24 * 60).default(15),
  /** Seconds that one conversion may take. */
  conversion_timeout: z.number().positive().default(3600),
  /** Seconds before the first retry; doubles with each, with jitter. */
  retry_backoff: z.number().nonnegative().default(30),
  /** Upper limit of that, in seconds. */
  retry_backoff_max: z.number().nonnegative().default(3600),
  /** Megabytes that a converter's host may hold; 0 is no limit. */
  converter_memory_mb: z.number().int().nonnegative().default(0),
});
export type RemoteConfig = z.infer<typeof remoteConfig>;

export const DEFAULT_CONFIG: RemoteConfig = remoteConfig.parse({});

export type QueueSettings = {
  maxRetries: number;
  heartbeatMs: number;
  staleAfterMs: number;
  backoffMs: number;
  backoffMaxMs: number;
};

/** Before a lease ends for others, its holder's writes already expire: this long before (DESIGN, rule 3). */
export function marginMs(staleAfterMs: number): number {
  return Math.min(60_000, staleAfterMs / 5);
}

/** The longest interval that leaves room for two lost heartbeats before the deadline. */
export function longestHeartbeatMs(staleAfterMs: number): number {
  return (staleAfterMs - marginMs(staleAfterMs)) / 3;
}

/**
 * Checks settings before they are written: a heartbeat too slow for the stale
 * timeout is refused, since a healthy worker would lose its leases.
 */
export function checkConfig(json: unknown): RemoteConfig {
  const parsed = remoteConfig.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new BlobForgeError(
      "usage",
      `Cannot set "${issue.path.join(".")}": ${issue.message}`,
      "Run `blobforge config --show` to see every setting and its value",
    );
  }
  const longest = longestHeartbeatMs(parsed.data.stale_timeout_minutes * 60_000) / 1000;
  if (parsed.data.heartbeat_interval > longest) {
    throw new BlobForgeError(
      "usage",
      `Cannot set heartbeat_interval=${parsed.data.heartbeat_interval}: with stale_timeout_minutes=` +
        `${parsed.data.stale_timeout_minutes} it may be at most ${Math.floor(longest * 10) / 10}`,
      "Set both at once: `blobforge config --set heartbeat_interval=60 stale_timeout_minutes=15`",
    );
  }
  return parsed.data;
}

/**
 * The queue's part of a configuration that was read. One that is out of bounds
 * (an older program does not check) is used as far as it is safe.
 */
export function queueSettings(config: RemoteConfig): QueueSettings {
  const staleAfterMs = Math.max(15_000, config.stale_timeout_minutes * 60_000);
  return {
    maxRetries: config.max_retries,
    heartbeatMs: Math.min(config.heartbeat_interval * 1000, longestHeartbeatMs(staleAfterMs)),
    staleAfterMs,
    backoffMs: config.retry_backoff * 1000,
    backoffMaxMs: config.retry_backoff_max * 1000,
  };
}
