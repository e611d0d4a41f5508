/** Every path in the bucket, in and out. The original's names live only here. Keys are relative to the store's prefix. */
import { isPdfHash, isPriority, type PdfHash, PRIORITIES, type Priority } from "./job.ts";

export const TODO = "queue/todo/";
export const PROCESSING = "queue/processing/";
export const FAILED = "queue/failed/";
export const DEAD = "queue/dead/";
export const RAW = "store/raw/";
export const OUT = "store/out/";
export const PARTS = "store/parts/";
export const WORKERS = "registry/workers/";
export const MANIFEST = "registry/manifest.json";
export const MANIFEST_SEGMENTS = "registry/manifest/";
export const CONFIG = "registry/config.json";
export const SWEEP = "registry/sweep.json";
export const LOGS = "registry/logs/";

export const rawKey = (hash: PdfHash) => `${RAW}${hash}.pdf`;
export const outKey = (hash: PdfHash) => `${OUT}${hash}.zip`;
export const todoPrefix = (priority: Priority) => `${TODO}${priority}/`;
export const todoKey = (priority: Priority, hash: PdfHash) => `${TODO}${priority}/${hash}`;
export const leaseKey = (hash: PdfHash) => `${PROCESSING}${hash}`;
export const failedKey = (hash: PdfHash) => `${FAILED}${hash}`;
export const deadKey = (hash: PdfHash) => `${DEAD}${hash}`;
export const workerKey = (id: string) => `${WORKERS}${id}.json`;
export const partsPrefix = (hash: PdfHash) => `${PARTS}${hash}/`;
/** The kept end of an attempt's log (the original reads `<type>.log` there). */
export const logKey = (hash: PdfHash, type: string) => `${LOGS}${hash}/${type}.log`;

export const allTodoKeys = (hash: PdfHash) => PRIORITIES.map((priority) => todoKey(priority, hash));

/** Where a key belongs, or null for a key that is none of a job's. */
export type Place =
  | { state: "todo"; priority: Priority; hash: PdfHash }
  | { state: "processing" | "failed" | "dead" | "raw" | "out"; hash: PdfHash };

export function placeOf(key: string): Place | null {
  const cut = key.lastIndexOf("/") + 1;
  const folder = key.slice(0, cut);
  const name = key.slice(cut);
  if (folder.startsWith(TODO)) {
    const priority = folder.slice(TODO.length, -1);
    return isPriority(priority) && isPdfHash(name) ? { state: "todo", priority, hash: name } : null;
  }
  const kind = FOLDERS[folder];
  if (kind === undefined) return null;
  const [state, ending] = kind;
  if (!name.endsWith(ending)) return null;
  const hash = name.slice(0, name.length - ending.length);
  return isPdfHash(hash) ? { state, hash } : null;
}

const FOLDERS: Record<string, ["processing" | "failed" | "dead" | "raw" | "out", string]> = {
  [PROCESSING]: ["processing", ""],
  [FAILED]: ["failed", ""],
  [DEAD]: ["dead", ""],
  [RAW]: ["raw", ".pdf"],
  [OUT]: ["out", ".zip"],
};
