/** SQLite files in the user's cache folder: rebuilt whenever they cannot be used. */
import type { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";

/**
 * Opens the file with this schema, and hands it to `use`. A file that is broken,
 * or was made by another version, is deleted and made anew; where no file can be
 * written, or another process does not let go of it, memory does. `null` is memory.
 */
export async function openCache<T>(
  path: string | null,
  schema: string,
  use: (database: DatabaseSync) => T,
): Promise<T> {
  if (path !== null) {
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await Deno.mkdir(dirname(path), { recursive: true });
        return await open(path, schema, use);
      } catch (error) {
        if (!isBroken(error)) break;
        await removeCache(path);
      }
    }
  }
  return await open(":memory:", schema, use);
}

/** Any fault of SQLite. */
export function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === "ERR_SQLITE_ERROR";
}

/** The file's own fault: not that it is in use, or that the disk is full or may not be written. */
export function isBroken(error: unknown): boolean {
  const elsewhere = /locked|busy|unable to open|read-?only|disk I\/O|full/i;
  return isSqliteError(error) && !elsewhere.test(error.message);
}

/**
 * Deletes the file and what SQLite keeps beside it. Nothing there is fine too. The
 * log goes first: nobody may find an old one beside a new file.
 */
export async function removeCache(path: string): Promise<void> {
  for (const ending of ["-wal", "-shm", "-journal", ""]) {
    await Deno.remove(path + ending).catch(() => {});
  }
}

async function open<T>(
  path: string,
  schema: string,
  use: (database: DatabaseSync) => T,
): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite"); // only who needs it pays for it
  const database = new DatabaseSync(path);
  try {
    database.exec(
      "PRAGMA busy_timeout = 1500; PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL",
    );
    database.exec(schema);
    return use(database);
  } catch (error) {
    database.close();
    throw error;
  }
}
