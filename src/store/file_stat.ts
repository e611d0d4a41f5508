/** What the file system knows of an object, read as the store's words. */
import { isMissing } from "./file_errors.ts";
import type { Precondition, StoreTime, Version } from "./object_store.ts";

export type Found = { version: Version; size: number; writtenAt: StoreTime };

/** The object at `path`, or null: nothing is there, or a folder. */
export function look(path: string): Found | null {
  try {
    const info = Deno.statSync(path);
    return info.isFile ? foundOf(info) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Opens the object at `path`, or null: nothing is there, or a folder. The caller closes it. */
export function openObject(path: string): { file: Deno.FsFile; found: Found } | null {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    if (isMissing(error) || error instanceof Deno.errors.IsADirectory) return null;
    throw error;
  }
  const info = file.statSync();
  if (info.isFile) return { file, found: foundOf(info) };
  file.close();
  return null;
}

/**
 * Every write is a new file, and its time is later than that of what it
 * replaces ({@link keepTimeGoing}): so inode, time and size make a version.
 */
export function foundOf(info: Deno.FileInfo): Found {
  const writtenAt = (info.mtime?.getTime() ?? 0) as StoreTime;
  const parts = [info.ino ?? 0, writtenAt, info.size];
  return {
    version: parts.map((part) => part.toString(36)).join("-") as Version,
    size: info.size,
    writtenAt,
  };
}

/** Gives a new body a later time than the one it replaces has, if it does not have one. */
export async function keepTimeGoing(temp: string, before: StoreTime): Promise<void> {
  using file = Deno.openSync(temp, { write: true });
  if (foundOf(file.statSync()).writtenAt > before) return;
  const later = new Date(before + 1);
  file.utimeSync(later, later);
  await file.sync();
}

export function holds(when: Precondition, found: Found | null): boolean {
  switch (when.kind) {
    case "none":
      return true;
    case "absent":
      return found === null;
    case "unchanged":
      return found?.version === when.since;
  }
}
