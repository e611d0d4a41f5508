/** SQLite files in the user's cache folder: rebuilt whenever they cannot be used. */
import type { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";

/**
 * Opens the file with this schema, and hands it to `use`. A file that is broken,
 * or was made by another version, is deleted and made anew; where no file can be
 * written, memory does. `null` is memory.
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
      } catch {
        await removeCache(path);
      }
    }
  }
  return await open(":memory:", schema, use);
}

/** Deletes the file and what SQLite keeps beside it. Nothing there is fine too. */
export async function removeCache(path: string): Promise<void> {
  for (const ending of ["", "-wal", "-shm", "-journal"]) {
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
      "PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL",
    );
    database.exec(schema);
    return use(database);
  } catch (error) {
    database.close();
    throw error;
  }
}
