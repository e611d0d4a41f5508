/** Questions to the search index. */
import type { DatabaseSync } from "node:sqlite";
import { isPdfHash, type PdfHash } from "../queue/job.ts";
import { type ManifestEntry, readEntry } from "./entry.ts";

/** One file of the library. */
export type Found = { hash: PdfHash; entry: ManifestEntry };

/**
 * Files whose names, paths and tags together have every word of the query, each as
 * the beginning of a word there; best first (a name counts more than a tag, a tag
 * more than a folder). Finds nothing that way: those that have the whole query
 * anywhere. No query is an error.
 */
export function searchIndex(database: DatabaseSync, query: string, limit: number): Found[] {
  const words = query.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== "");
  if (words.length > 0) {
    const match = words.map((word) => `"${word}"*`).join(" ");
    const rows = database.prepare(`
      SELECT entries.hash, entries.json FROM docs JOIN entries ON entries.id = docs.rowid
      WHERE docs MATCH ? ORDER BY bm25(docs, 10.0, 1.0, 4.0), entries.hash LIMIT ?`);
    const found = foundIn(rows.all(match, limit));
    if (found.length > 0) return found;
  }
  const text = query.trim();
  if (text === "") return [];
  const rows = database.prepare(`
    SELECT DISTINCT entries.hash, entries.json FROM docs JOIN entries ON entries.id = docs.rowid
    WHERE instr(lower(docs.path), lower(?1)) > 0 OR instr(lower(docs.tags), lower(?1)) > 0
    ORDER BY length(docs.path), entries.hash LIMIT ?2`);
  return foundIn(rows.all(text, limit));
}

/** Files whose hash begins so. */
export function findByHash(database: DatabaseSync, prefix: string, limit: number): Found[] {
  const from = prefix.toLowerCase();
  if (!/^[0-9a-f]{1,64}$/.test(from)) return [];
  const rows = database.prepare(
    "SELECT hash, json FROM entries WHERE hash >= ? AND hash < ? ORDER BY hash LIMIT ?",
  );
  return foundIn(rows.all(from, `${from}g`, limit));
}

/** Files that stood at exactly this path; more than one if the file there has changed. */
export function findByPath(database: DatabaseSync, path: string, limit: number): Found[] {
  const exact = byColumn(database, "path", path, limit);
  if (exact.length > 0) return exact;
  // `library/books/a.pdf` for `books/a.pdf` of the folder `library`
  const parts = path.split("/");
  for (let at = 1; at < parts.length; at++) {
    const found = byColumn(database, "path", parts.slice(at).join("/"), limit)
      .filter(({ entry }) => entry.source === parts[at - 1]);
    if (found.length > 0) return found;
  }
  return [];
}

/** Files of this name (the ending may be missing), or whose path ends so. */
export function findByName(database: DatabaseSync, name: string, limit: number): Found[] {
  for (const wanted of [name, `${name}.pdf`, `${name}.PDF`]) {
    const found = byColumn(database, "name", wanted, limit);
    if (found.length > 0) return found;
  }
  if (!name.includes("/")) return [];
  const rows = database.prepare(`
    SELECT DISTINCT entries.hash, entries.json FROM paths JOIN entries ON entries.id = paths.entry
    WHERE substr(paths.path, -length(?1)) = ?1 ORDER BY length(paths.path), entries.hash LIMIT ?2`);
  return foundIn(rows.all(`/${name}`, limit));
}

function byColumn(database: DatabaseSync, column: "path" | "name", value: string, limit: number) {
  const rows = database.prepare(`
    SELECT DISTINCT entries.hash, entries.json FROM paths JOIN entries ON entries.id = paths.entry
    WHERE paths.${column} = ? ORDER BY entries.hash LIMIT ?`);
  return foundIn(rows.all(value, limit));
}

function foundIn(rows: Record<string, unknown>[]): Found[] {
  const found: Found[] = [];
  for (const { hash, json } of rows) {
    const text = String(hash);
    if (isPdfHash(text)) found.push({ hash: text, entry: readEntry(JSON.parse(String(json))) });
  }
  return found;
}
