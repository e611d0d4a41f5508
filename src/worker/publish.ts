/** Puts a result into `store/out`, once. */
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Body, ObjectStore } from "../store/object_store.ts";
import type { Work } from "../queue/work.ts";
import { outKey } from "../queue/layout.ts";
import { ConversionError } from "../convert/converter.ts";
import { StoreError } from "../store/store_error.ts";

/** `superseded`: another's result is there; ours is thrown away. */
export type Published = "published" | "superseded";

const PAUSE_MS = 1000;
const PAUSE_MAX_MS = 30_000;
/** A store that takes other writes but this one for so long will not take it. */
const PATIENCE_MS = 30 * 60_000;

/**
 * Publishes where no result is, or in the place of just the one that the job
 * asked to replace. An unclear or refused answer is looked up: the result bears
 * its attempt's id. The only write of a job that needs no deadline, since it
 * never overwrites what it did not read.
 */
export async function publish(
  store: ObjectStore,
  work: Work,
  zip: Body,
  signal: AbortSignal,
): Promise<Published> {
  const key = outKey(work.hash);
  const when = work.replaces === null
    ? { kind: "absent" } as const
    : { kind: "unchanged", since: work.replaces } as const;
  const metadata = { attempt: work.lease.attempt };
  const result = await store.put(key, zip, when, { metadata, signal });
  if (result.kind === "written") return "published";
  const there = await store.head(key, signal);
  if (there?.metadata.attempt === work.lease.attempt) return "published";
  if (there !== null && there.version !== work.replaces) return "superseded";
  throw new ConversionError(
    "transient",
    result.kind === "unclear" ? UNCLEAR : "not-published",
    `Cannot publish the result: ${store.url} gave no clear answer`,
    "It is tried again",
  );
}

const UNCLEAR = "no-clear-answer";

/**
 * Publishes a result that may have cost an hour: a store that is away is waited
 * for as long as the lease lives (`signal`), and up to half an hour. Once `stop`
 * has aborted, the next failure is the last.
 */
export async function publishPatiently(
  deps: { store: ObjectStore; clock: Clock; log: Log },
  work: Work,
  zip: Body,
  signals: { signal: AbortSignal; stop: AbortSignal },
): Promise<Published> {
  const { store, clock, log } = deps;
  const { signal, stop } = signals;
  const giveUpAt = clock.monotonic() + PATIENCE_MS;
  for (let pauseMs = PAUSE_MS;; pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
    try {
      return await publish(store, work, zip, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error) || stop.aborted || clock.monotonic() >= giveUpAt) throw error;
      log.warn("result waits for the store", { error: messageOf(error) });
    }
    await clock.sleep(pauseMs, AbortSignal.any([signal, stop])).catch(() => {});
    signal.throwIfAborted();
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof StoreError) return error.passing;
  return error instanceof ConversionError && error.reason === UNCLEAR;
}
