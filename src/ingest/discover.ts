/** Finds the PDFs under folders, without opening any. */
import { basename, dirname, join, resolve } from "node:path";
import { whyUnreadable } from "../library/local_file.ts";
import { matchesAny } from "./glob.ts";

/** A file that may be a PDF: which it is, its content tells (identify.ts). */
export type Candidate = {
  /** As it can be opened. */
  path: string;
  /** Relative to the folder that was given (of a file that was given: to its own folder), with `/`. */
  relativePath: string;
  /** Name of that folder: the manifest's `source`. */
  source: string;
};

export type Discovery = {
  candidates: Candidate[];
  /** Paths that could not be looked at. */
  problems: { path: string; reason: string; hint?: string }[];
};

export type DiscoverOptions = {
  /** Globs: of what is found in folders only these are taken. None: all. */
  include?: string[];
  /** Globs: these files and folders are left out. */
  exclude?: string[];
};

/**
 * Walks folders and takes files as they are given. In folders: names that end with
 * `.pdf` in any case; hidden files and folders are left out; symbolic links are
 * followed, but no folder is walked twice. Synchronous calls: on big trees the
 * asynchronous ones take fourteen times as long.
 */
export function discover(paths: readonly string[], options: DiscoverOptions = {}): Discovery {
  const walk = new Walk(options);
  for (const path of paths) walk.start(path);
  return walk.found;
}

/** Paths of a list, one a line; or separated by NUL if there is one, for names with line ends. */
export function parseFileList(text: string): string[] {
  const lines = text.includes("\0") ? text.split("\0") : text.split(/\r?\n/);
  return lines.filter((line) => line.trim() !== "");
}

type Folder = { path: string; relativePath: string; source: string };

class Walk {
  readonly found: Discovery = { candidates: [], problems: [] };
  /** Real paths of folders that were walked. */
  readonly #walked = new Set<string>();
  readonly #taken = new Set<string>();

  constructor(private readonly options: DiscoverOptions) {}

  start(path: string): void {
    try {
      const { isDirectory } = Deno.statSync(path);
      const full = resolve(path);
      if (isDirectory) {
        this.#walk({ path, relativePath: "", source: basename(full) });
      } else { // of no matter what kind: identify.ts says what is wrong with it
        this.#take({ path, relativePath: basename(full), source: basename(dirname(full)) });
      }
    } catch (error) {
      this.#problem(path, error, "Check the spelling, or leave it out");
    }
  }

  /** Folders reached by links come last, so that a file is found at its own place first. */
  #walk(start: Folder): void {
    const folders = [start];
    const linked: Folder[] = [];
    for (let next = folders.pop(); next; next = folders.pop() ?? linked.shift()) {
      try {
        if (this.#isNew(next)) folders.push(...this.#list(next, linked).reverse());
      } catch (error) {
        this.#problem(next.path, error, "Check its permissions, or leave it out with --exclude");
      }
    }
  }

  #isNew(folder: Folder): boolean {
    const real = Deno.realPathSync(folder.path);
    if (this.#walked.has(real)) return false;
    this.#walked.add(real);
    return true;
  }

  #list(folder: Folder, linked: Folder[]): Folder[] {
    const entries = [...Deno.readDirSync(folder.path)].sort((a, b) => a.name < b.name ? -1 : 1);
    const below: Folder[] = [];
    for (const { name, isDirectory, isSymlink } of entries) {
      const child = {
        path: join(folder.path, name),
        relativePath: folder.relativePath === "" ? name : `${folder.relativePath}/${name}`,
        source: folder.source,
      };
      if (name.startsWith(".") || matchesAny(child.relativePath, this.options.exclude ?? [])) {
        continue;
      }
      if (isDirectory) below.push(child);
      else if (isSymlink && isFolder(child.path)) linked.push(child);
      else if (/\.pdf$/i.test(name) && this.#isIncluded(child.relativePath)) this.#take(child);
    }
    return below;
  }

  #isIncluded(relativePath: string): boolean {
    const { include = [] } = this.options;
    return include.length === 0 || matchesAny(relativePath, include);
  }

  #take(candidate: Candidate): void {
    const full = resolve(candidate.path);
    if (this.#taken.has(full)) return;
    this.#taken.add(full);
    this.found.candidates.push(candidate);
  }

  #problem(path: string, error: unknown, hint: string): void {
    this.found.problems.push({ path, reason: whyUnreadable(error), hint });
  }
}

/** A link that leads nowhere is no folder: if it is named like a PDF, it is reported as a file. */
function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
