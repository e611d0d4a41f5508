import { join } from "node:path";
import type { Body, StoreTime } from "./object_store.ts";
import { isMissing } from "./file_errors.ts";
import { TEMP } from "./file_layout.ts";
import { verifiedChunks } from "./verified_body.ts";

/** Bodies on their way into a file store: written beside it, then renamed into it. */
export class TempFiles {
  readonly #folder: string;
  #count = 0;

  constructor(root: string) {
    this.#folder = join(root, TEMP);
  }

  /** Writes and syncs a body that was checked on the way; gives the file's path. Leaves nothing if it throws. */
  async write(
    key: string,
    body: Uint8Array | Body,
    now: () => StoreTime,
    signal?: AbortSignal,
  ): Promise<string> {
    const { path, file } = this.#create();
    try {
      if (body instanceof Uint8Array) await writeAll(file, body);
      else for await (const chunk of verifiedChunks(key, body, signal)) await writeAll(file, chunk);
      const at = new Date(now());
      file.utimeSync(at, at);
      await file.sync();
      file.close();
      return path;
    } catch (error) {
      file.close();
      this.remove(path);
      throw error;
    }
  }

  remove(path: string): void {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** Removes what crashed writers left: files that nobody has touched for `ageMs` of the file system's own time. */
  removeLeftovers(ageMs: number): void {
    const { path, file } = this.#create();
    const now = changedAt(file.statSync());
    file.close();
    for (const { name } of Deno.readDirSync(this.#folder)) {
      const other = join(this.#folder, name);
      try {
        if (now - changedAt(Deno.statSync(other)) >= ageMs) Deno.removeSync(other);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    this.remove(path);
  }

  #create(): { path: string; file: Deno.FsFile } {
    while (true) {
      const path = join(this.#folder, `${Deno.pid}-${this.#count++}`);
      try {
        return { path, file: Deno.openSync(path, { write: true, createNew: true }) };
      } catch (error) {
        // A leftover, or a process of another container, may have the name.
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  const small = bytes.length <= 64 * 1024;
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    at += small ? file.writeSync(rest) : await file.write(rest);
  }
}

/** The kernel's own mark: `mtime` is set to the store's time, which may be any. */
function changedAt(info: Deno.FileInfo): number {
  return (info.ctime ?? info.mtime)?.getTime() ?? 0;
}
