/** A queue on a scripted store, and short words for what stands in it. */
import assert from "node:assert/strict";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type AttemptId, parsePdfHash, type PdfHash, PRIORITIES } from "../../src/queue/job.ts";
import type { Priority } from "../../src/queue/job.ts";
import {
  deadKey,
  failedKey,
  leaseKey,
  outKey,
  PROCESSING,
  rawKey,
  todoKey,
} from "../../src/queue/layout.ts";
import type { MoveDeps } from "../../src/queue/moves.ts";
import { Queue } from "../../src/queue/queue.ts";
import { DEFAULT_CONFIG, type QueueSettings, queueSettings } from "../../src/queue/settings.ts";
import type { Version } from "../../src/store/object_store.ts";
import { ManualClock } from "./sim_manual_clock.ts";
import { ScriptedStore } from "./sim_scripted_store.ts";

export const HASH: PdfHash = parsePdfHash("ab".repeat(32));
export const KEYS = {
  lease: leaseKey(HASH),
  failed: failedKey(HASH),
  dead: deadKey(HASH),
  out: outKey(HASH),
  raw: rawKey(HASH),
  todo: (priority: Priority = "3_normal") => todoKey(priority, HASH),
};
export const attempt = (text: string) => text as AttemptId;

export type World = ReturnType<typeof createWorld>;

/** Everybody in it shares the store and the clock; each `actor` has its own name and random ids. */
export function createWorld(overrides: Partial<QueueSettings> = {}) {
  const clock = new ManualClock();
  const store = new ScriptedStore(clock);
  const settings = { ...queueSettings(DEFAULT_CONFIG), ...overrides };
  const actor = (worker: string, seed: number, changed: Partial<QueueSettings> = {}): MoveDeps => ({
    store,
    clock,
    random: seededRandom(seed),
    log: silentLog,
    worker,
    settings: { ...settings, ...changed },
    staleAfterMs: changed.staleAfterMs ?? settings.staleAfterMs,
  });
  const put = async (key: string, record: object | ""): Promise<Version> => {
    const bytes = new TextEncoder().encode(record === "" ? "" : JSON.stringify(record));
    const result = await store.inner.put(key, bytes, { kind: "none" });
    assert.ok(result.kind === "written");
    return result.version;
  };
  const read = async (key: string): Promise<Record<string, unknown> | null> => {
    const stored = await store.inner.get(key);
    if (stored === null) return null;
    const text = await new Response(stored.body).text();
    return text === "" ? {} : JSON.parse(text);
  };
  return {
    clock,
    store,
    settings,
    put,
    read,
    actor,
    queue: (worker = "tool", seed = 99) => new Queue(actor(worker, seed)),
    drop: (key: string) => store.inner.delete(key),
    /** Where the job stands: `L T3 F D O`. */
    async places(): Promise<string> {
      const there = async (key: string, name: string) =>
        await store.inner.head(key) === null ? [] : [name];
      const names = await Promise.all([
        there(KEYS.lease, "L"),
        ...PRIORITIES.map((priority) => there(KEYS.todo(priority), `T${priority[0]}`)),
        there(KEYS.failed, "F"),
        there(KEYS.dead, "D"),
        there(KEYS.out, "O"),
      ]);
      return names.flat().join(" ");
    },
    /** The lease as a sweep lists it. */
    async listed() {
      for await (const page of store.inner.list(PROCESSING)) {
        const found = page.objects.find(({ key }) => key === KEYS.lease);
        if (found) return { version: found.version, ageMs: page.at - found.writtenAt };
      }
      throw new Error("no lease is there");
    },
  };
}
