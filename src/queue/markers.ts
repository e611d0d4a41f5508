/** Reads all that the bucket holds of one job besides its lease and its source. */
import type { Log } from "../base/log.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { readBytes } from "../store/read_all.ts";
import { type PdfHash, PRIORITIES } from "./job.ts";
import { deadKey, failedKey, outKey, rawKey, todoKey } from "./layout.ts";
import {
  type Markers,
  type Parsed,
  parseDead,
  parseFailed,
  parseTodo,
  type Seen,
} from "./records.ts";

type Deps = { store: ObjectStore; log: Log };

/**
 * What stands there now, in eight requests at once (and one for the source, if nothing does). Only under the job's lease
 * does it stay true. Bytes that are no record read as an empty one and are
 * reported with their key: a marker's existence counts, whatever is in it.
 */
export async function readMarkers(deps: Deps, hash: PdfHash): Promise<Markers> {
  const [out, failed, dead, ...todos] = await Promise.all([
    deps.store.head(outKey(hash)),
    readMarker(deps, failedKey(hash), parseFailed),
    readMarker(deps, deadKey(hash), parseDead),
    ...PRIORITIES.map(async (priority) => {
      const seen = await readMarker(deps, todoKey(priority, hash), parseTodo);
      return seen && { ...seen, priority };
    }),
  ]);
  const there = todos.filter((todo) => todo !== null);
  const isNowhere = out === null && failed === null && dead === null && there.length === 0;
  return {
    hash,
    out: out?.version ?? null,
    failed,
    dead,
    todos: there,
    hasSource: !isNowhere || await deps.store.head(rawKey(hash)) !== null,
  };
}

/** One marker, or null where none is. */
export async function readMarker<R>(
  deps: Deps,
  key: string,
  parse: (bytes: Uint8Array) => Parsed<R>,
): Promise<Seen<R> | null> {
  const stored = await deps.store.get(key);
  if (stored === null) return null;
  const { record, problem } = parse(await readBytes(stored.body));
  if (problem) deps.log.warn("bad marker", { key, problem });
  return { record, version: stored.version };
}
