/** A temporary folder, a memory store and what ingest needs. */
import { dirname, join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLog } from "../../../src/base/log.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { IngestDeps } from "../../../src/ingest/ingest.ts";
import { Manifest } from "../../../src/library/manifest.ts";
import { DEFAULT_PRIORITY, type PdfHash } from "../../../src/queue/job.ts";
import { Queue } from "../../../src/queue/queue.ts";
import { DEFAULT_CONFIG, queueSettings } from "../../../src/queue/settings.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import { MeteredStore } from "../../../src/store/metered_store.ts";
import type { ObjectStore } from "../../../src/store/object_store.ts";
import { sha256Hex } from "../../../src/store/verified_body.ts";

export const priority = DEFAULT_PRIORITY;

export function hashOf(text: string): PdfHash {
  return sha256Hex(new TextEncoder().encode(text)) as PdfHash;
}

/** Files of these contents, in a new folder that is deleted at the end. */
export async function withFolder(
  files: Record<string, string>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-ingest-" });
  try {
    await writeFiles(folder, files);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text);
  }
}

export function benchOn(inner: ObjectStore, options: { cacheDir?: string; seed?: number } = {}) {
  const store = new MeteredStore(inner);
  const random = seededRandom(options.seed ?? 1);
  const base = { store, clock: systemClock, random, log: silentLog };
  const manifest = new Manifest(base);
  const queue = new Queue({ ...base, worker: "test", settings: queueSettings(DEFAULT_CONFIG) });
  const deps: IngestDeps = { ...base, queue, manifest, cacheDir: options.cacheDir ?? null };
  return { store, queue, manifest, deps };
}

export function memory(): MemoryStore {
  return new MemoryStore({ clock: systemClock });
}

export async function keysIn(store: ObjectStore, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of store.list(prefix)) keys.push(...page.objects.map(({ key }) => key));
  return keys;
}
