/** A copy of the manifest in SQLite that can be searched. It follows the bucket, and can be thrown away at any time. */
import type { DatabaseSync } from "node:sqlite";
import { basename } from "node:path";
import type { PdfHash } from "../queue/job.ts";
import type { ObjectStore, Version } from "../store/object_store.ts";
import { type ManifestEntry, mergeEntries, readEntry } from "./entry.ts";
import type { Manifest } from "./manifest.ts";
import { allEntries, type ManifestRoot } from "./manifest_root.ts";
import { readSegment, type SegmentEntries } from "./segments.ts";

/** `parts` is what root (origin '') and segments say; `entries`, `paths` and `docs` are made of it. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT);
  CREATE TABLE IF NOT EXISTS segments (key TEXT PRIMARY KEY, generation INTEGER);
  CREATE TABLE IF NOT EXISTS removed (hash TEXT PRIMARY KEY, generation INTEGER);
  CREATE TABLE IF NOT EXISTS parts (
    hash TEXT, origin TEXT, json TEXT, PRIMARY KEY (hash, origin)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS parts_by_origin ON parts (origin);
  CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, hash TEXT UNIQUE, json TEXT);
  CREATE TABLE IF NOT EXISTS paths (path TEXT, name TEXT, entry INTEGER);
  CREATE INDEX IF NOT EXISTS paths_by_path ON paths (path);
  CREATE INDEX IF NOT EXISTS paths_by_name ON paths (name);
  CREATE INDEX IF NOT EXISTS paths_by_entry ON paths (entry);
  CREATE VIRTUAL TABLE IF NOT EXISTS docs USING fts5 (
    name, path, tags, tokenize = "unicode61 remove_diacritics 2", prefix = "1 2 3"
  );`;

/** Rounds of reading while others change the segments. */
const ROUNDS = 5;

/** Brings the copy up to the bucket's state: one request if nothing has changed there. */
export async function followManifest(
  database: DatabaseSync,
  manifest: Manifest,
  store: ObjectStore,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    if (isAt(database, await manifest.version())) return;
    const { root, version } = await manifest.readRoot();
    const fresh = await readNew(database, store, root);
    if (fresh !== null && apply(database, root, version, fresh)) return;
  }
  await manifest.load(); // tells what is missing, if something is
  throw new Error(`the manifest in ${store.url} kept changing`);
}

function isAt(database: DatabaseSync, version: Version | null): boolean {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'version'").get();
  return row !== undefined && row.value === (version ?? "");
}

/** Segments that the copy lacks; null if one is gone. */
async function readNew(database: DatabaseSync, store: ObjectStore, root: ManifestRoot) {
  const has = database.prepare("SELECT 1 FROM segments WHERE key = ?");
  const fresh = new Map<string, SegmentEntries>();
  for (const { key } of root.segments) {
    if (has.get(key) !== undefined) continue;
    const entries = await readSegment(store, key);
    if (entries === null) return null;
    fresh.set(key, entries);
  }
  return fresh;
}

/** In one transaction. False: another process changed the copy meanwhile, and a segment is lacking now. */
function apply(
  database: DatabaseSync,
  root: ManifestRoot,
  version: Version | null,
  fresh: Map<string, SegmentEntries>,
): boolean {
  database.exec("BEGIN IMMEDIATE");
  try {
    const dirty = new Set<string>();
    const isWhole = applySegments(database, root, fresh, dirty);
    if (isWhole) {
      applyRoot(database, root, dirty);
      applyRemoved(database, root, dirty);
      rebuild(database, root, dirty);
      const set = database.prepare("INSERT OR REPLACE INTO meta VALUES ('version', ?)");
      set.run(version ?? "");
    }
    database.exec(isWhole ? "COMMIT" : "ROLLBACK");
    return isWhole;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function applySegments(
  database: DatabaseSync,
  root: ManifestRoot,
  fresh: Map<string, SegmentEntries>,
  dirty: Set<string>,
): boolean {
  const stood = new Set(
    database.prepare("SELECT key FROM segments").all().map(({ key }) => String(key)),
  );
  const named = new Set(root.segments.map(({ key }) => key));
  if ([...named].some((key) => !stood.has(key) && !fresh.has(key))) return false;
  const hashes = database.prepare("SELECT hash FROM parts WHERE origin = ?");
  for (const key of stood) {
    if (named.has(key)) continue;
    for (const { hash } of hashes.all(key)) dirty.add(String(hash));
    database.prepare("DELETE FROM parts WHERE origin = ?").run(key);
    database.prepare("DELETE FROM segments WHERE key = ?").run(key);
  }
  const insert = database.prepare("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)");
  for (const { key, generation } of root.segments) {
    if (stood.has(key)) continue;
    for (const [hash, entry] of Object.entries(fresh.get(key)!)) {
      insert.run(hash, key, JSON.stringify(entry));
      dirty.add(hash);
    }
    database.prepare("INSERT INTO segments VALUES (?, ?)").run(key, generation);
  }
  return true;
}

function applyRoot(database: DatabaseSync, root: ManifestRoot, dirty: Set<string>): void {
  const stood = new Map(
    database.prepare("SELECT hash, json FROM parts WHERE origin = ''").all()
      .map(({ hash, json }) => [String(hash), String(json)]),
  );
  const put = database.prepare("INSERT OR REPLACE INTO parts VALUES (?, '', ?)");
  for (const [hash, entry] of allEntries(root)) {
    const json = JSON.stringify(entry);
    const before = stood.get(hash);
    stood.delete(hash);
    if (before === json) continue;
    put.run(hash, json);
    dirty.add(hash);
  }
  const drop = database.prepare("DELETE FROM parts WHERE hash = ? AND origin = ''");
  for (const hash of stood.keys()) {
    drop.run(hash);
    dirty.add(hash);
  }
}

function applyRemoved(database: DatabaseSync, root: ManifestRoot, dirty: Set<string>): void {
  const stood = new Map(
    database.prepare("SELECT hash, generation FROM removed").all()
      .map(({ hash, generation }) => [String(hash), Number(generation)]),
  );
  for (const hash of new Set([...stood.keys(), ...Object.keys(root.removed)])) {
    if (stood.get(hash) !== root.removed[hash]) dirty.add(hash);
  }
  database.exec("DELETE FROM removed");
  const put = database.prepare("INSERT INTO removed VALUES (?, ?)");
  for (const [hash, generation] of Object.entries(root.removed)) put.run(hash, generation);
}

/** Makes entries, paths and searchable text of the parts of these hashes. */
function rebuild(database: DatabaseSync, root: ManifestRoot, dirty: Set<string>): void {
  const writer = new EntryWriter(database);
  const parts = database.prepare(`
    SELECT parts.json AS json, segments.generation AS generation FROM parts
    LEFT JOIN segments ON segments.key = parts.origin WHERE hash = ?
    ORDER BY origin = '' DESC, segments.generation DESC`);
  for (const hash of dirty) {
    const from = root.removed[hash] ?? -Infinity;
    const entry = parts.all(hash)
      .filter(({ generation }) => generation === null || Number(generation) >= from)
      .map(({ json }) => readEntry(JSON.parse(String(json))))
      .reduce<ManifestEntry | null>((sum, part) => sum ? mergeEntries(sum, part) : part, null);
    writer.write(hash as PdfHash, entry);
  }
}

class EntryWriter {
  readonly #find;
  readonly #clear;
  readonly #entry;
  readonly #path;
  readonly #doc;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare("SELECT id FROM entries WHERE hash = ?");
    this.#clear = [
      database.prepare("DELETE FROM docs WHERE rowid = ?"),
      database.prepare("DELETE FROM paths WHERE entry = ?"),
      database.prepare("DELETE FROM entries WHERE id = ?"),
    ];
    this.#entry = database.prepare("INSERT INTO entries (hash, json) VALUES (?, ?)");
    this.#path = database.prepare("INSERT INTO paths VALUES (?, ?, ?)");
    this.#doc = database.prepare("INSERT INTO docs (rowid, name, path, tags) VALUES (?, ?, ?, ?)");
  }

  write(hash: PdfHash, entry: ManifestEntry | null): void {
    const before = this.#find.get(hash);
    if (before !== undefined) this.#clear.forEach((statement) => statement.run(before.id!));
    if (entry === null) return;
    const id = this.#entry.run(hash, JSON.stringify(entry)).lastInsertRowid;
    const names = entry.paths.map((path) => basename(path));
    entry.paths.forEach((path, at) => this.#path.run(path, names[at]!, id));
    this.#doc.run(id, names.join("\n"), entry.paths.join("\n"), entry.tags.join("\n"));
  }
}
