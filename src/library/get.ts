/** Fetches results: extracted to a folder, as a zip, or only what info.json says. */
import { dirname, join, resolve } from "node:path";
import { BlobForgeError, messageOf } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { PdfHash } from "../queue/job.ts";
import { outKey } from "../queue/layout.ts";
import type { ObjectStore, StoredObject } from "../store/object_store.ts";
import { readBytes } from "../store/read_all.ts";
import { chooseFolder, type Placed, placeFolder } from "./place_folder.ts";
import { findInfo, findMarkdown, parseInfo, type ResultInfo, stemOf } from "./result_layout.ts";
import { type OpenZip, openZipFile, openZipReader } from "./zip_file.ts";
import { RemoteZip, TAIL_BYTES } from "./zip_remote.ts";

export type { ResultInfo } from "./result_layout.ts";

/** Where to: below `outDir` in a folder named like the PDF, or exactly `folder`. */
export type FetchTarget = { outDir: string } | { folder: string };
export type FetchOptions = { force?: boolean; signal?: AbortSignal };

export type FetchedResult = {
  hash: PdfHash;
  folder: string;
  /** Path of the Markdown; null: the zip holds none. */
  markdown: string | null;
  /** Relative to `folder`, with `/`. */
  files: string[];
  info: ResultInfo;
  placed: Placed;
};

const INFO_BYTES = 16 * 1024 ** 2;

export class Results {
  constructor(private readonly deps: { store: ObjectStore; random: Random }) {}

  /** The zip as it is stored, or null. Read its body to the end, or cancel it. */
  open(hash: PdfHash, signal?: AbortSignal): Promise<StoredObject | null> {
    return this.deps.store.get(outKey(hash), { signal });
  }

  /**
   * Extracts the result. The folder appears as a whole, or not at all; foreign
   * files in it are left alone. Where a folder of another document has that name
   * below `outDir`, digits of the hash are added. Safe to repeat.
   */
  async fetch(
    hash: PdfHash,
    target: FetchTarget,
    options: FetchOptions = {},
  ): Promise<FetchedResult> {
    const parent = resolve("folder" in target ? dirname(resolve(target.folder)) : target.outDir);
    return await this.#inScratch(parent, async (scratch) => {
      const zip = join(scratch, "result.zip");
      await this.#download(hash, zip, options.signal);
      const unpacked = join(scratch, "files");
      const { files, info } = await this.#extract(hash, zip, unpacked, options.signal);
      const stem = stemOf(info);
      const folder = "folder" in target
        ? resolve(target.folder)
        : await chooseFolder(parent, stem, hash, unpacked, options.force ?? false);
      const placed = await placeFolder(unpacked, folder, options.force ?? false);
      const found = findMarkdown(files, stem);
      const markdown = found === null ? null : join(folder, found);
      return { hash, folder, markdown, files, info, placed };
    });
  }

  /** Saves the zip as it is, after looking whether it is a whole one. */
  async saveZip(
    hash: PdfHash,
    path: string,
    options: FetchOptions = {},
  ): Promise<{ hash: PdfHash; path: string; size: number }> {
    const full = resolve(path);
    if (!options.force && await exists(full)) {
      throw new BlobForgeError(
        "conflict",
        `Cannot save the result as "${path}": that file is there already`,
        "Choose another name with -o, or overwrite with --force",
      );
    }
    return await this.#inScratch(dirname(full), async (scratch) => {
      const zip = join(scratch, "result.zip");
      const size = await this.#download(hash, zip, options.signal);
      const checked = await this.#check(hash, openZipFile(zip));
      checked.close();
      await Deno.rename(zip, full);
      return { hash, path: full, size };
    });
  }

  /** What info.json says ({} if there is none), for two or three small requests, however big the result. */
  async info(hash: PdfHash, signal?: AbortSignal): Promise<ResultInfo> {
    const { store } = this.deps;
    const key = outKey(hash);
    const stat = await store.head(key, signal);
    if (stat === null) throw noResult(hash);
    const first = Math.max(0, stat.size - TAIL_BYTES);
    const tail = stat.size === 0 ? null : await store.get(key, { range: { first }, signal });
    const bytes = tail === null ? new Uint8Array() : await readBytes(tail.body);
    const reader = new RemoteZip(store, key, { at: first, bytes }, stat.version, signal);
    const zip = await this.#check(hash, openZipReader(reader, stat.size));
    try {
      return await this.#check(hash, readInfo(zip));
    } finally {
      zip.close();
    }
  }

  async #extract(hash: PdfHash, path: string, folder: string, signal?: AbortSignal) {
    const zip = await this.#check(hash, openZipFile(path));
    try {
      await Deno.mkdir(folder);
      const files = await this.#check(hash, zip.extract(folder, signal), signal);
      return { files, info: await this.#check(hash, readInfo(zip)) };
    } finally {
      zip.close();
    }
  }

  async #download(hash: PdfHash, path: string, signal?: AbortSignal): Promise<number> {
    const stored = await this.open(hash, signal);
    if (stored === null) throw noResult(hash);
    const file = await Deno.open(path, { write: true, createNew: true });
    await stored.body.pipeTo(file.writable, { signal });
    const { size } = await Deno.stat(path);
    if (size === stored.size) return size;
    throw this.#bad(hash, new Error(`only ${size} of its ${stored.size} bytes came`));
  }

  /** A folder beside the target, so that moving is renaming. It is gone at the end, whatever happens. */
  async #inScratch<T>(parent: string, work: (scratch: string) => Promise<T>): Promise<T> {
    const scratch = join(parent, `.blobforge-${this.deps.random.id().slice(0, 12)}`);
    await Deno.mkdir(scratch, { recursive: true });
    try {
      return await work(scratch);
    } finally {
      await Deno.remove(scratch, { recursive: true });
    }
  }

  /** Whatever is wrong with the zip is told with its key. */
  async #check<T>(hash: PdfHash, reading: Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof BlobForgeError || isDiskFault(error)) throw error;
      throw this.#bad(hash, error);
    }
  }

  #bad(hash: PdfHash, error: unknown): BlobForgeError {
    return new BlobForgeError(
      "bad-input",
      `Cannot use ${outKey(hash)} in ${this.deps.store.url}: ${messageOf(error)}`,
      `Run \`blobforge reconvert ${hash.slice(0, 12)}\` to make it anew`,
      { cause: error },
    );
  }
}

async function readInfo(zip: OpenZip): Promise<ResultInfo> {
  const name = findInfo(zip.members.map((member) => member.name));
  return name === null ? {} : parseInfo(await zip.read(name, INFO_BYTES));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** The disk's fault, not the zip's. */
function isDiskFault(error: unknown): boolean {
  return error instanceof Error &&
    /ENOSPC|EACCES|EROFS|EDQUOT/.test(String((error as { code?: unknown }).code));
}

function noResult(hash: PdfHash): BlobForgeError {
  return new BlobForgeError(
    "not-found",
    `Cannot get a result of ${hash.slice(0, 12)}: there is none`,
    `Run \`blobforge status ${hash.slice(0, 12)}\` to see where the job is`,
  );
}
