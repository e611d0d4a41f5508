/** Where this program keeps things on a machine. */
import { homedir } from "node:os";
import { join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Locks, PDFs under work, the search index: all of it can be thrown away. `BLOBFORGE_STATE_DIR` names another place. */
export function stateFolder(env: Env): string {
  if (env.BLOBFORGE_STATE_DIR) return env.BLOBFORGE_STATE_DIR;
  if (Deno.build.os === "windows" && env.LOCALAPPDATA) {
    return join(env.LOCALAPPDATA, "blobforge", "state");
  }
  if (Deno.build.os === "darwin") {
    return join(homedir(), "Library", "Caches", "blobforge");
  }
  return join(env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "blobforge");
}

/** Hashes of files and the search index: rebuilt whenever they are gone. */
export function cacheFolder(env: Env): string {
  if (env.BLOBFORGE_CACHE_DIR) return env.BLOBFORGE_CACHE_DIR;
  if (Deno.build.os === "windows" && env.LOCALAPPDATA) {
    return join(env.LOCALAPPDATA, "blobforge", "cache");
  }
  if (Deno.build.os === "darwin") {
    return join(homedir(), "Library", "Caches", "blobforge", "cache");
  }
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "blobforge");
}
