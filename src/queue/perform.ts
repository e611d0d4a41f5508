/** The one place that turns decided writes into requests, under a lease, in order. */
import type { Precondition } from "../store/object_store.ts";
import { deadKey, failedKey, outKey, partsPrefix, rawKey, todoKey } from "./layout.ts";
import { type Lease, LeaseLost } from "./lease.ts";
import type { PdfHash } from "./job.ts";
import type { Markers, Place, Seen } from "./records.ts";
import type { Write } from "./rules/writes.ts";
import type { ObjectStore } from "../store/object_store.ts";

/** Rounds of reading and deciding when a marker changes between the two (an old worker, a late ingest). */
const ROUNDS = 4;

/**
 * Reads, decides and writes until the decision could be written as a whole. A
 * conflict before the first write was applied starts over with what is there now;
 * a later one gives the lease up, so that its recovery decides afresh and no
 * holder both puts and deletes one key. Throws `LeaseLost`.
 */
export async function performUnderLease(
  store: ObjectStore,
  lease: Lease,
  read: () => Promise<Markers>,
  decide: (markers: Markers) => Write[],
): Promise<Write[]> {
  for (let round = 0; round < ROUNDS; round++) {
    const markers = await read();
    const writes = decide(markers);
    if (await performAll(store, lease, markers, writes)) return writes;
  }
  throw new LeaseLost(lease.hash, "its markers kept changing");
}

/** False: the first write met a change, and nothing was written. */
async function performAll(
  store: ObjectStore,
  lease: Lease,
  markers: Markers,
  writes: Write[],
): Promise<boolean> {
  let applied = 0;
  for (const write of writes) {
    if (write.kind === "put") {
      const done = await lease.put(
        keyOf(lease.hash, write.to),
        write.record,
        whenOf(markers, write.to),
      );
      if (done === "conflict") {
        if (applied === 0) return false;
        lease.abandon();
        throw new LeaseLost(lease.hash, "a marker changed under it");
      }
    } else if (write.kind === "delete") {
      await lease.delete(keyOf(lease.hash, write.at));
    } else {
      await deleteData(store, lease);
    }
    applied++;
  }
  return true;
}

/** Result, parts and source, in this order: a job whose source is there can still be put back. */
async function deleteData(store: ObjectStore, lease: Lease): Promise<void> {
  await lease.delete(outKey(lease.hash));
  for await (const page of store.list(partsPrefix(lease.hash))) {
    for (const { key } of page.objects) await lease.delete(key);
  }
  await lease.delete(rawKey(lease.hash));
}

export function keyOf(hash: PdfHash, place: Place): string {
  if (place.state === "todo") return todoKey(place.priority, hash);
  return place.state === "failed" ? failedKey(hash) : deadKey(hash);
}

function whenOf(markers: Markers, place: Place): Precondition {
  const seen = seenAt(markers, place);
  return seen === null ? { kind: "absent" } : { kind: "unchanged", since: seen.version };
}

function seenAt(markers: Markers, place: Place): Seen<unknown> | null {
  if (place.state === "failed") return markers.failed;
  if (place.state === "dead") return markers.dead;
  return markers.todos.find((todo) => todo.priority === place.priority) ?? null;
}
