/** Presence of workers under `registry/workers/`, for people and dashboards. Nothing of the queue depends on it. */
import { z } from "zod";
import type { ObjectStore, StoreTime } from "../store/object_store.ts";
import { readBytes } from "../store/read_all.ts";
import { workerKey, WORKERS } from "./layout.ts";
import { encodeRecord } from "./records.ts";

const workerRecord = z.looseObject({
  worker_id: z.string(),
  hostname: z.string().optional(),
  platform: z.string().optional(),
  cpu_count: z.number().nullish(),
  memory_gb: z.number().nullish(),
  registered_at: z.string().optional(),
  pid: z.number().optional(),
  /** ms; the original writes an ISO date here, which is read as missing. */
  last_heartbeat: z.number().optional().catch(undefined),
  status: z.enum(["active", "processing", "idle", "stopped"]).catch("active").default("active"),
  current_job: z.string().nullish(),
});
export type WorkerRecord = z.infer<typeof workerRecord>;

export type ListedWorker = WorkerRecord & {
  /** How long ago it was last heard of, by the store's clock. */
  ageMs: number;
};

/** Writes the worker's own record: nobody else writes under its id. */
export async function putWorker(store: ObjectStore, record: WorkerRecord): Promise<void> {
  await store.put(workerKey(record.worker_id), encodeRecord(record), { kind: "none" });
}

/** All registered workers, those heard of last first. A record that cannot be read is shown by its key's id. */
export async function listWorkers(store: ObjectStore): Promise<ListedWorker[]> {
  const workers: ListedWorker[] = [];
  for await (const page of store.list(WORKERS)) {
    const read = page.objects
      .filter(({ key }) => key.endsWith(".json"))
      .map(({ key, writtenAt }) => readWorker(store, key, writtenAt, page.at));
    workers.push(...(await Promise.all(read)).filter((worker) => worker !== null));
  }
  return workers.sort((a, b) => a.ageMs - b.ageMs);
}

async function readWorker(
  store: ObjectStore,
  key: string,
  writtenAt: StoreTime,
  at: StoreTime,
): Promise<ListedWorker | null> {
  const stored = await store.get(key);
  if (stored === null) return null;
  const id = key.slice(WORKERS.length, -".json".length);
  const text = new TextDecoder().decode(await readBytes(stored.body));
  return { ...parseWorker(text, id), ageMs: Math.max(0, at - writtenAt) };
}

function parseWorker(text: string, id: string): WorkerRecord {
  try {
    return workerRecord.parse(JSON.parse(text));
  } catch {
    return workerRecord.parse({ worker_id: id });
  }
}
