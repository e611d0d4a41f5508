/** What the original program may have left: leases, failures and todos without any of our fields. */
import type { Random } from "../../src/base/random.ts";
import { DEFAULT_PRIORITY, type PdfHash } from "../../src/queue/job.ts";
import { failedKey, leaseKey, rawKey, todoKey } from "../../src/queue/layout.ts";
import { encodeRecord } from "../../src/queue/records.ts";
import type { SimBucket } from "../support/sim_store.ts";
import type { Note } from "./checker.ts";

/** About half of the jobs stand there already, in one of the original's states; the others are ingested later. */
export async function seedOldBucket(
  bucket: SimBucket<Note>,
  hashes: readonly PdfHash[],
  random: Random,
): Promise<void> {
  const worker = "0123456789ab";
  const put = async (key: string, bytes: Uint8Array) => {
    const from = { by: "old worker", note: { role: "seed", holder: null } } as const;
    await bucket.put(key, bytes, { kind: "none" }, {}, from);
  };
  for (const [index, hash] of hashes.entries()) {
    const started = bucket.time.now - 600_000 + index;
    const base = { worker, retries: 1 };
    const lease = encodeRecord({
      ...base,
      started,
      last_heartbeat: started,
      priority: DEFAULT_PRIORITY,
    });
    const failed = encodeRecord({ ...base, error: "old", timestamp: started + 1000 });
    const state = random.int(8);
    if (state > 4) continue;
    await put(rawKey(hash), encodeRecord({ raw: hash }));
    if (state === 1 || state === 2 || state === 3) await put(leaseKey(hash), lease);
    if (state === 0 || state === 1) await put(todoKey(DEFAULT_PRIORITY, hash), new Uint8Array());
    if (state === 3 || state === 4) await put(failedKey(hash), failed);
  }
}
