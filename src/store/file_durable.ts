/** Folders and files that survive a loss of power: what is in them is synced, and so is their name. */
import { dirname } from "node:path";
import { isMissing } from "./file_errors.ts";

/** Makes `path` and what is missing above it. Safe when several do it at once, and others remove what is empty. */
export async function makeFolder(path: string): Promise<void> {
  try {
    Deno.mkdirSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists && isFolder(path)) return;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path);
    return;
  }
  await syncFolder(dirname(path));
}

/** False for a file in its place. One that was removed meanwhile counts: whoever writes into it makes it again. */
function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

/** Makes the names in a folder durable. A folder that is gone again needs nothing. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; NTFS keeps names in its own journal.
  if (Deno.build.os === "windows") return;
  try {
    using folder = Deno.openSync(path);
    await folder.sync();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Removes folders that are empty, from `path` upwards, but not `root`. */
export function removeEmptyFolders(path: string, root: string): void {
  for (let at = path; at !== root && at.startsWith(root); at = dirname(at)) {
    try {
      Deno.removeSync(at);
    } catch {
      return; // not empty, or already gone
    }
  }
}
