import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../base/clock.ts";
import { BlobForgeError } from "../base/errors.ts";
import { streamOf } from "./file_body.ts";
import { makeFolder, removeEmptyFolders, syncFolder } from "./file_durable.ts";
import { clash, fileFault, isMissing, osCode } from "./file_errors.ts";
import { LOCKS, META, pathOfKey, TEMP } from "./file_layout.ts";
import { keysInOrder } from "./file_listing.ts";
import { FileLocks } from "./file_locks.ts";
import { FileMetadata } from "./file_meta.ts";
import { type Found, foundOf, holds, keepTimeGoing, look, openObject } from "./file_stat.ts";
import { TempFiles } from "./file_temp.ts";
import { checkKey, checkMetadata } from "./keys.ts";
import type {
  Body,
  ByteRange,
  DeleteResult,
  Limits,
  Listed,
  ListOptions,
  ObjectStore,
  Page,
  Precondition,
  PutOptions,
  PutResult,
  Stat,
  StoredObject,
  StoreTime,
} from "./object_store.ts";
import { pageSizeOf } from "./paging.ts";

export type FileStoreOptions = {
  /** The store's own clock. All processes that use one folder must have the same: one machine. */
  clock: Clock;
  /** What a crashed writer left is removed by `open` when it is this old. Default an hour. */
  leftoverMs?: number;
};

/** How often a folder is made again that others took away before a body could be moved into it. */
const MOVES = 100;

/**
 * A folder as a bucket, for any number of processes of one machine. Bodies are
 * plain files under their keys. A write is made in a temporary file, synced,
 * and renamed under a lock on its key; so it is there completely or not at all,
 * also after a loss of power, and what it replaces stays until then.
 */
export class FileStore implements ObjectStore {
  readonly url: string;
  readonly #root: string;
  readonly #clock: Clock;
  readonly #locks: FileLocks;
  readonly #metadata: FileMetadata;
  readonly #temp: TempFiles;

  /** Makes the folder if it is missing; throws if it is a file or not ours to write. */
  static async open(folder: string, options: FileStoreOptions): Promise<FileStore> {
    try {
      Deno.mkdirSync(folder, { recursive: true });
      for (const own of [TEMP, LOCKS, META]) await makeFolder(join(folder, own));
      const store = new FileStore(Deno.realPathSync(folder), options.clock);
      store.#temp.removeLeftovers(options.leftoverMs ?? 3_600_000);
      return store;
    } catch (error) {
      if (
        error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory
      ) {
        throw new BlobForgeError(
          "usage",
          `Cannot open the store "${folder}": it is a file, not a folder`,
          "Give a folder; it is made if it does not exist",
        );
      }
      throw fileFault(`open the store "${folder}"`, error);
    }
  }

  private constructor(root: string, clock: Clock) {
    this.#root = root;
    this.url = pathToFileURL(root).href;
    this.#clock = clock;
    this.#locks = new FileLocks(root);
    this.#metadata = new FileMetadata(root);
    this.#temp = new TempFiles(root);
  }

  time(): StoreTime {
    return this.#clock.now() as StoreTime;
  }

  async head(key: string, signal?: AbortSignal): Promise<Stat | null> {
    return await this.#guard(`read "${key}"`, key, signal, () => {
      const opened = this.#open(key);
      opened?.file.close();
      return opened?.stat ?? null;
    });
  }

  async get(
    key: string,
    options: { signal?: AbortSignal; range?: ByteRange } = {},
  ): Promise<StoredObject | null> {
    const { signal, range } = options;
    return await this.#guard(`read "${key}"`, key, signal, () => {
      const opened = this.#open(key);
      if (!opened) return null;
      return { ...opened.stat, body: streamOf(opened.file, opened.stat.size, range, signal) };
    });
  }

  async put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options: PutOptions = {},
  ): Promise<PutResult> {
    checkMetadata(key, options.metadata ?? {});
    return await this.#guard(`store "${key}"`, key, options.signal, async () => {
      if (this.#isPast(options.notAfter)) return { kind: "expired" };
      if (when.kind === "unchanged") await this.#locks.passFence(options.signal);
      // Spares the writing of a body that would be refused; what counts is judged under the lock.
      if (!holds(when, look(this.#path(key)))) return { kind: "conflict" };
      const temp = await this.#temp.write(key, body, () => this.time(), options.signal);
      try {
        return await this.#locks.withKey(
          key,
          options.signal,
          () => this.#commit(key, temp, when, options),
        );
      } finally {
        this.#temp.remove(temp);
      }
    });
  }

  async delete(key: string, options: Limits = {}): Promise<DeleteResult> {
    return await this.#guard(`delete "${key}"`, key, options.signal, async () => {
      const path = this.#path(key);
      return await this.#locks.withKey(key, options.signal, async () => {
        const done = await this.#inTime(options, () => {
          if (look(path)) Deno.removeSync(path);
        });
        if (!done) return { kind: "expired" };
        this.#metadata.removeOthers(key, null);
        if (!await synced(dirname(path))) return { kind: "unclear" };
        removeEmptyFolders(dirname(path), this.#root);
        return { kind: "deleted" };
      });
    });
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<Page> {
    const pageSize = pageSizeOf(options);
    const keys = keysInOrder(this.#root, prefix, options.startAfter ?? "");
    let next: Listed | null = null;
    let pages = 0;
    do {
      const objects: Listed[] = next ? [next] : [];
      next = await this.#guard(`list "${prefix}"`, null, options.signal, () => {
        // By hand, since leaving a for-of loop would end the walk.
        for (let step = keys.next(); !step.done; step = keys.next()) {
          const listed = this.#listed(step.value);
          if (listed && objects.length === pageSize) return listed;
          if (listed) objects.push(listed);
        }
        return null;
      });
      if (objects.length > 0 || pages === 0) yield { at: this.time(), objects };
      pages++;
    } while (next);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Under the lock on `key`: judges, then renames. */
  async #commit(
    key: string,
    temp: string,
    when: Precondition,
    options: PutOptions,
  ): Promise<PutResult> {
    const path = this.#path(key);
    const before = look(path);
    if (!holds(when, before)) return { kind: "conflict" };
    if (before) await keepTimeGoing(temp, before.writtenAt);
    const { version } = foundOf(Deno.statSync(temp));
    await this.#metadata.write(key, version, options.metadata ?? {});
    const done = await this.#moveIn(key, temp, path, options);
    this.#metadata.removeOthers(key, done ? version : before?.version ?? null);
    if (!done) return { kind: "expired" };
    return await synced(dirname(path)) ? { kind: "written", version } : { kind: "unclear" };
  }

  /**
   * Renames the body into its place. A delete of the last other object there takes
   * its empty folder away, under another lock: then the folder is made again.
   */
  async #moveIn(key: string, temp: string, path: string, limits: Limits): Promise<boolean> {
    for (let tries = 1;; tries++) {
      await this.#makeParent(key, path);
      try {
        return await this.#inTime(limits, () => Deno.renameSync(temp, path));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound) || tries === MOVES) throw error;
      }
    }
  }

  /** Runs `act` unless its deadline has passed. Nothing can come between the two. */
  async #inTime(limits: Limits, act: () => void): Promise<boolean> {
    limits.signal?.throwIfAborted();
    if (limits.notAfter === undefined) {
      act();
      return true;
    }
    return await this.#locks.insideFence(limits.signal, () => {
      if (this.#isPast(limits.notAfter)) return false;
      act();
      return true;
    });
  }

  async #makeParent(key: string, path: string): Promise<void> {
    try {
      await makeFolder(dirname(path));
    } catch (error) {
      throw isMissing(error) || osCode(error) === "EEXIST" ? clash(key) : error;
    }
  }

  #open(key: string): { file: Deno.FsFile; stat: Stat } | null {
    const path = this.#path(key);
    while (true) {
      const opened = openObject(path);
      if (!opened) return null;
      const { file, found } = opened;
      const metadata = this.#metadata.read(key, found.version);
      // No side file: there never was one, or the object was replaced since it was opened.
      if (metadata || look(path)?.version === found.version) {
        return { file, stat: { ...found, metadata: metadata ?? {} } };
      }
      file.close();
    }
  }

  #listed(key: string): Listed | null {
    const found: Found | null = look(this.#path(key));
    return found && { key, ...found };
  }

  async #guard<T>(
    action: string,
    key: string | null,
    signal: AbortSignal | undefined,
    act: () => T | Promise<T>,
  ): Promise<T> {
    if (key !== null) checkKey(key);
    signal?.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      if (!(error instanceof Error) || osCode(error) === undefined) throw error;
      throw fileFault(action, error);
    }
  }

  #path(key: string): string {
    return join(this.#root, pathOfKey(key));
  }

  #isPast(notAfter: StoreTime | undefined): boolean {
    return notAfter !== undefined && this.#clock.now() > notAfter;
  }
}

/** False: the names in the folder may not survive a loss of power. */
async function synced(folder: string): Promise<boolean> {
  try {
    await syncFolder(folder);
    return true;
  } catch {
    return false;
  }
}
