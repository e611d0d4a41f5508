/** Finds files of the library by words, hash and path, from a local index that follows the bucket. */
import type { DatabaseSync } from "node:sqlite";
import { join, normalize } from "node:path";
import type { Log } from "../base/log.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { sha256Hex } from "../store/verified_body.ts";
import { isBroken, isSqliteError, openCache, removeCache } from "./cache_file.ts";
import type { Manifest } from "./manifest.ts";
import { findByHash, findByName, findByPath, type Found, searchIndex } from "./queries.ts";
import { followManifest, SCHEMA } from "./search_index.ts";

export type { Found } from "./queries.ts";

export type SearchDeps = {
  store: ObjectStore;
  manifest: Manifest;
  log: Log;
  /** The user's cache folder for this program. Null: the index lives in memory. */
  cacheDir: string | null;
};

const LIMIT = 50;

/** Every question first looks whether the manifest has changed (one small request). */
export class Search {
  #file: string | null;
  #database: Promise<DatabaseSync> | null = null;

  constructor(private readonly deps: SearchDeps) {
    const { cacheDir, store } = deps;
    const isKept = cacheDir !== null && !store.url.startsWith("memory:");
    const id = sha256Hex(new TextEncoder().encode(store.url)).slice(0, 16);
    this.#file = isKept ? join(cacheDir, `index-1-${id}.sqlite`) : null;
  }

  /** By file name, path and tag; best first. See `searchIndex`. */
  search(query: string, options: { limit?: number } = {}): Promise<Found[]> {
    return this.#ask((database) => searchIndex(database, query, options.limit ?? LIMIT));
  }

  /** Files whose hash begins so. */
  lookupHash(prefix: string, options: { limit?: number } = {}): Promise<Found[]> {
    return this.#ask((database) => findByHash(database, prefix.trim(), options.limit ?? LIMIT));
  }

  /** Files at exactly this path (with or without the ingested folder's name before it). */
  lookupExactPath(path: string, options: { limit?: number } = {}): Promise<Found[]> {
    const wanted = tidy(path);
    return this.#ask((database) => findByPath(database, wanted, options.limit ?? LIMIT));
  }

  /** Files at this path; if there is none, files of this name, or whose path ends so. */
  lookupPath(path: string, options: { limit?: number } = {}): Promise<Found[]> {
    const wanted = tidy(path);
    const limit = options.limit ?? LIMIT;
    return this.#ask((database) => {
      const exact = findByPath(database, wanted, limit);
      return exact.length > 0 ? exact : findByName(database, wanted, limit);
    });
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => null);
    this.#database = null;
    database?.close();
  }

  /** An index that turns out to be broken is thrown away, one that cannot be used is left; and the question asked once more. */
  async #ask<T>(question: (database: DatabaseSync) => T): Promise<T> {
    try {
      return await this.#askOnce(question);
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      this.deps.log.debug("search index rebuilt", { file: this.#file, why: error.message });
      await this.close();
      if (!isBroken(error)) this.#file = null;
      else if (this.#file !== null) await removeCache(this.#file);
      return await this.#askOnce(question);
    }
  }

  async #askOnce<T>(question: (database: DatabaseSync) => T): Promise<T> {
    this.#database ??= openCache(this.#file, SCHEMA, (database) => database);
    const database = await this.#database;
    await followManifest(database, this.deps.manifest, this.deps.store);
    return question(database);
  }
}

function tidy(path: string): string {
  return normalize(path.trim().replaceAll("\\", "/")).replace(/^(\.\/)+/, "");
}
