/** Remembers the hashes of files on this machine. It can be thrown away at any time. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { join } from "node:path";
import { openCache } from "../library/cache_file.ts";
import { isPdfHash, type PdfHash } from "../queue/job.ts";

/** A file that changed so shortly before it was hashed may change again without another time stamp. */
const SETTLED_MS = 2000;

/** What a file must still be for its hash to count. */
export type Fingerprint = {
  path: string;
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
};

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS hashes (
    path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER, inode TEXT, sha256 TEXT
  ) WITHOUT ROWID`;

/** Broken files are replaced; without a folder nothing is remembered. No fault of it ever stops an ingest. */
export class HashCache {
  readonly #get: StatementSync;
  readonly #put: StatementSync;

  private constructor(private readonly database: DatabaseSync) {
    this.#get = database.prepare(
      "SELECT sha256 FROM hashes WHERE path = ? AND size = ? AND mtime = ? AND ctime = ? AND inode = ?",
    );
    this.#put = database.prepare("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?, ?, ?, ?)");
  }

  static async open(cacheDir: string | null): Promise<HashCache> {
    const file = cacheDir === null ? null : join(cacheDir, "hashes.sqlite");
    return await openCache(file, SCHEMA, (database) => new HashCache(database));
  }

  find(print: Fingerprint): PdfHash | null {
    try {
      const row = this.#get.get(...valuesOf(print));
      const hash = String(row?.sha256 ?? "");
      return isPdfHash(hash) ? hash : null;
    } catch {
      return null; // locked or broken: the file is hashed again
    }
  }

  /** Keeps the hash if the file had been left alone for a while when hashing began at `hashedAtMs` (wall clock). */
  remember(print: Fingerprint, hash: PdfHash, hashedAtMs: number): void {
    if (Math.max(print.mtimeMs, print.ctimeMs) > hashedAtMs - SETTLED_MS) return;
    try {
      this.#put.run(...valuesOf(print), hash);
    } catch {
      // locked or full: it is only a cache
    }
  }

  close(): void {
    this.database.close();
  }
}

function valuesOf(print: Fingerprint): [string, number, number, number, string] {
  return [print.path, print.size, print.mtimeMs, print.ctimeMs, String(print.inode)];
}
