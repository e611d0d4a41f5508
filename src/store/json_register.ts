/** One JSON object in the bucket that many change: read, change, write if unchanged, again. */
import type { Clock } from "../base/clock.ts";
import { BlobForgeError } from "../base/errors.ts";
import { type JsonObject, parseJsonObject } from "../base/json.ts";
import type { Random } from "../base/random.ts";
import type { ObjectStore, Version } from "./object_store.ts";
import { readBytes } from "./read_all.ts";
import { StoreError } from "./store_error.ts";

export type RegisterDeps = { store: ObjectStore; clock: Clock; random: Random };

/** Rounds before giving up: with jitter, dozens of writers get through well before. */
const ROUNDS = 30;
const PAUSE_MS = 50;
const PAUSE_MAX_MS = 2000;

/** What stands there, or null where nothing does. Bytes that are no JSON object are an error that names the key. */
export async function readJson(
  store: ObjectStore,
  key: string,
): Promise<{ json: JsonObject; version: Version } | null> {
  const stored = await store.get(key);
  if (stored === null) return null;
  const text = new TextDecoder().decode(await readBytes(stored.body));
  return { json: parseObject(store, key, text), version: stored.version };
}

/**
 * Applies `change` to the object ({} where none is) until it could be written on
 * the very revision that was read. After a write whose answer was lost it reads
 * back; if others wrote in between, `change` runs on top of what may be its own
 * work already, so applying it twice must do no harm. It
 * gets a copy of its own, and returns null when nothing is to be done. Returns
 * what stands there at the end (null: nothing was to be done).
 */
export async function changeJson(
  deps: RegisterDeps,
  key: string,
  change: (current: JsonObject) => JsonObject | null,
): Promise<JsonObject | null> {
  let sent: string | null = null; // what may stand there by a write whose answer was lost
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await readJson(deps.store, key);
    if (seen !== null && JSON.stringify(seen.json) === sent) return seen.json;
    const changed = change(structuredClone(seen?.json ?? {}));
    if (changed === null) return null;
    const text = JSON.stringify(changed);
    const result = await deps.store.put(
      key,
      new TextEncoder().encode(text),
      seen === null ? { kind: "absent" } : { kind: "unchanged", since: seen.version },
    );
    if (result.kind === "written") return changed;
    sent = result.kind === "unclear" ? text : null;
    const longest = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** round);
    await deps.clock.sleep(longest * deps.random.next());
  }
  throw new StoreError(
    "unreachable",
    `Cannot change ${key} in ${deps.store.url}: others changed it ${ROUNDS} times in between`,
    "Run the same command again",
  );
}

function parseObject(store: ObjectStore, key: string, text: string): JsonObject {
  const json = parseJsonObject(text);
  if (json !== null) return json;
  throw new BlobForgeError(
    "bad-input",
    `Cannot use ${key} in ${store.url}: it is not a JSON object`,
    "Look at it and restore an older version, or delete it: nothing was changed",
  );
}
