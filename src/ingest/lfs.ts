/**
 * Git LFS: brings in what pointers stand for, without touching the work tree.
 *
 * `git lfs pull` would write the content over the pointers, and they would have to
 * be put back, also after a crash; and its patterns cannot name a file with a comma
 * without naming others. So objects are fetched into the repository's own store
 * (`git lfs fetch --include`, the first half of a pull), read there, and deleted
 * again: work tree and disk are as before at every moment.
 */
import { dirname, join, resolve } from "node:path";
import type { Log } from "../base/log.ts";
import type { PdfHash } from "../queue/job.ts";
import { git, type GitOptions, type GitResult } from "./git.ts";
import { batches, patternOf } from "./lfs_batches.ts";

export type LfsWanted = {
  /** The pointer file. */
  path: string;
  hash: PdfHash;
  size: number;
  /** Its content. */
  pointer: Uint8Array;
};

/**
 * Where the bytes are, or why they are nowhere. `renew` fetches them once more:
 * another ingest in the same clone may have taken them away after its own use.
 */
export type LfsSource =
  | { path: string; renew(): Promise<LfsSource> }
  | { reason: string; hint?: string };

type Options = { signal?: AbortSignal; log: Log };

/**
 * Calls `use` with batches of files whose objects are there (or cannot be had),
 * and takes the objects away afterwards, also on a fault or abort.
 */
export async function withLfsObjects<T extends LfsWanted>(
  files: readonly T[],
  options: Options,
  use: (batch: [T, LfsSource][]) => Promise<void>,
): Promise<void> {
  for (const [repository, inRepository] of await byRepository(files, options)) {
    if ("reason" in repository) {
      await use(inRepository.map((file) => [file, repository]));
      continue;
    }
    for (const batch of batches(inRepository)) {
      const fetched: PdfHash[] = [];
      try {
        await use(await fetchBatch(repository, batch, fetched, options));
      } finally {
        for (const hash of fetched) await Deno.remove(repository.objectOf(hash)).catch(() => {});
      }
    }
  }
}

type Unusable = { reason: string; hint: string };

/** Folders of one repository go together, however many there are. */
async function byRepository<T extends LfsWanted>(
  files: readonly T[],
  options: Options,
): Promise<Map<Repository | Unusable, T[]>> {
  const groups = new Map<Repository | Unusable, T[]>();
  const byFolder = new Map<string, Repository | Unusable>();
  const byRoot = new Map<string, Repository>();
  for (const file of files) {
    const folder = dirname(resolve(file.path));
    let repository = byFolder.get(folder) ?? await findRepository(folder, options);
    if ("root" in repository) repository = byRoot.get(repository.root) ?? repository;
    if ("root" in repository) byRoot.set(repository.root, repository);
    byFolder.set(folder, repository);
    groups.set(repository, [...groups.get(repository) ?? [], file]);
  }
  return groups;
}

type Repository = { root: string; objectOf(hash: PdfHash): string };

async function findRepository(
  folder: string,
  { signal }: Options,
): Promise<Repository | Unusable> {
  const top = await git(["rev-parse", "--show-toplevel"], { cwd: folder, signal });
  if (!top.ok) {
    const reason = `it is a Git LFS pointer, and its repository cannot be used: ${top.reason}`;
    return { reason, hint: "Run it in a clone of the repository, with git installed" };
  }
  const env = await git(["lfs", "env"], { cwd: folder, signal });
  const media = env.ok ? /^LocalMediaDir=(.+)$/m.exec(env.stdout)?.[1] : undefined;
  if (media === undefined) {
    const reason = "it is a Git LFS pointer, and git-lfs is not installed";
    return {
      reason,
      hint: "Install git-lfs (https://git-lfs.com), then run the same command again",
    };
  }
  const root = top.stdout.replace(/\r?\n$/, "");
  const objectOf = (hash: PdfHash) => join(media, hash.slice(0, 2), hash.slice(2, 4), hash);
  return { root, objectOf };
}

/** `fetched` gets the objects that were not there before, at once, so that the caller can remove them. */
async function fetchBatch<T extends LfsWanted>(
  repository: Repository,
  batch: T[],
  fetched: PdfHash[],
  { signal, log }: Options,
): Promise<[T, LfsSource][]> {
  const missing = [];
  for (const file of batch) {
    if (!await isThere(repository, file)) missing.push(file);
  }
  fetched.push(...missing.map(({ hash }) => hash));
  const run: GitOptions = { cwd: repository.root, signal };
  const patterns = new Map(missing.map((file) => [file, patternOf(repository.root, file.path)]));
  const include = [...patterns.values()].filter((pattern) => pattern !== null).join(",");
  const all = include === "" ? null : await fetchNamed(include, run);
  if (all && !all.ok) log.warn("git lfs fetch failed", { root: repository.root, why: all.reason });
  const result: [T, LfsSource][] = [];
  for (const file of batch) {
    const isNamed = all !== null && !all.ok && patterns.get(file) !== null;
    const isLost = isNamed && missing.includes(file) && !await isThere(repository, file);
    result.push([
      file,
      isLost ? failed(all.reason) : await sourceOf(repository, file, fetched, run),
    ]);
  }
  return result;
}

/** A second time if it fails: two fetches in one clone disturb each other, and networks fail for a moment. */
async function fetchNamed(include: string, run: GitOptions): Promise<GitResult> {
  const words = ["lfs", "fetch", `--include=${include}`, "--exclude="];
  const first = await git(words, run);
  return first.ok ? first : await git(words, run);
}

/** The object, fetched on its own if it is not there. */
async function sourceOf(
  repository: Repository,
  file: LfsWanted,
  fetched: PdfHash[],
  run: GitOptions,
): Promise<LfsSource> {
  if (!await isThere(repository, file)) {
    fetched.push(file.hash);
    const why = await fetchByContent(file, run);
    if (why !== null) return failed(why);
  }
  const renew = () => sourceOf(repository, file, fetched, run);
  return { path: repository.objectOf(file.hash), renew };
}

/** For names that no pattern can express, and pointers that are not committed: git-lfs is given the pointer itself. */
async function fetchByContent(file: LfsWanted, run: GitOptions): Promise<string | null> {
  const settings = ["-c", "lfs.fetchexclude=", "-c", "lfs.fetchinclude="];
  const result = await git([...settings, "lfs", "smudge"], { ...run, stdin: file.pointer });
  return result.ok ? null : result.reason;
}

async function isThere(repository: Repository, file: LfsWanted): Promise<boolean> {
  try {
    return (await Deno.stat(repository.objectOf(file.hash))).size === file.size;
  } catch {
    return false;
  }
}

function failed(why: string): LfsSource {
  return {
    reason: `Git LFS cannot fetch its content: ${why}`,
    hint: "Run `git lfs fetch` in that repository to see what is wrong with its remote",
  };
}
