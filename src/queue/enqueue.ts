/** Puts a hash into the queue, once: the only marker write that needs no lease. */
import type { ObjectStore } from "../store/object_store.ts";
import { StoreError } from "../store/store_error.ts";
import type { Clock } from "../base/clock.ts";
import type { PdfHash, Priority } from "./job.ts";
import { allTodoKeys, deadKey, failedKey, leaseKey, outKey, todoKey } from "./layout.ts";
import { encodeRecord } from "./records.ts";

type Deps = { store: ObjectStore; clock: Clock };

/**
 * Adds the todo marker of a new hash whose source is in the bucket. `isNew`: the
 * caller's own put created the source, so nobody else can have queued it and one
 * request does. Otherwise every place is looked at first, and a job that is in
 * one is left alone. Safe to repeat.
 */
export async function enqueue(
  deps: Deps,
  hash: PdfHash,
  priority: Priority,
  source: { isNew: boolean },
): Promise<"queued" | "known"> {
  if (!source.isNew && await isAnywhere(deps.store, hash)) return "known";
  const record = { retries: 0, queued_at: deps.clock.now() };
  const key = todoKey(priority, hash);
  const result = await deps.store.put(key, encodeRecord(record), { kind: "absent" });
  if (result.kind === "unclear") {
    throw new StoreError(
      "unreachable",
      `Cannot queue ${hash.slice(0, 12)}: ${deps.store.url} gave no clear answer`,
      "Run the same `blobforge ingest` again: it goes on where this one stopped",
    );
  }
  return result.kind === "written" ? "queued" : "known";
}

/** In any place of the queue, or done. A job that moves meanwhile may be missed: then a second todo appears, which recovery and tidying merge. */
async function isAnywhere(store: ObjectStore, hash: PdfHash): Promise<boolean> {
  const keys = [outKey(hash), leaseKey(hash), failedKey(hash), deadKey(hash), ...allTodoKeys(hash)];
  const found = await Promise.all(keys.map((key) => store.head(key)));
  return found.some((stat) => stat !== null);
}
