/**
 * Metadata beside the bodies of a file store. A side file is named by the
 * version of the body it belongs to, and written before that body appears: so
 * a crash between any two steps leaves a side file without a body, never a
 * body with another's metadata.
 */
import { join } from "node:path";
import { isMissing } from "./file_errors.ts";
import { metaFolderOf } from "./file_layout.ts";
import { makeFolder, syncFolder } from "./file_durable.ts";
import type { Version } from "./object_store.ts";

export class FileMetadata {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Null: that version has none (or it was removed because the body was replaced). */
  read(key: string, version: Version): Record<string, string> | null {
    try {
      const text = Deno.readTextFileSync(join(this.#folder(key), `${version}.json`));
      return JSON.parse(text).metadata;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Returns when it would survive a loss of power. Writes nothing for empty metadata. */
  async write(key: string, version: Version, metadata: Record<string, string>): Promise<void> {
    if (Object.keys(metadata).length === 0) return;
    const folder = this.#folder(key);
    await makeFolder(folder);
    const bytes = new TextEncoder().encode(JSON.stringify({ key, metadata }));
    using file = Deno.openSync(join(folder, `${version}.json`), {
      write: true,
      create: true,
      truncate: true,
    });
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    await file.sync();
    await syncFolder(folder);
  }

  /** Removes every side file of `key` but that of `kept`; also what crashed writers left. */
  removeOthers(key: string, kept: Version | null): void {
    const folder = this.#folder(key);
    try {
      let left = 0;
      for (const { name } of Deno.readDirSync(folder)) {
        if (kept !== null && name === `${kept}.json`) left++;
        else Deno.removeSync(join(folder, name));
      }
      if (left === 0) Deno.removeSync(folder);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  #folder(key: string): string {
    return join(this.#root, metaFolderOf(key));
  }
}
