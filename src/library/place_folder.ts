/** Puts an extracted result where it belongs, without touching what is there. */
import { dirname, join, relative } from "node:path";
import { BlobForgeError } from "../base/errors.ts";
import type { PdfHash } from "../queue/job.ts";
import { parseInfo } from "./result_layout.ts";

/** `created`: the folder is new. `unchanged`: the very same files were there. `replaced`: forced. */
export type Placed = "created" | "unchanged" | "replaced";

/**
 * Where below `parent` a result goes: into a folder of its stem, unless that is
 * another's; then digits of the hash are added. An older result of the same
 * document counts as its own (and is refused or forced by `placeFolder`).
 */
export async function chooseFolder(
  parent: string,
  stem: string | null,
  hash: PdfHash,
  from: string,
  force: boolean,
): Promise<string> {
  const plain = join(parent, stem ?? hash.slice(0, 12));
  if (await isFree(plain, from) || await isOf(plain, hash, force)) return plain;
  return join(parent, `${stem ?? "result"}-${hash.slice(0, 8)}`);
}

/**
 * Moves the folder `from` to `target`, which appears as a whole. Where other files
 * are, it refuses; `force` puts each file in its place, and leaves foreign ones alone.
 */
export async function placeFolder(from: string, target: string, force: boolean): Promise<Placed> {
  const there = await filesIn(target);
  if (there === null || there.length === 0) {
    await Deno.mkdir(dirname(target), { recursive: true });
    if (there !== null) await Deno.remove(target, { recursive: true });
    await Deno.rename(from, target);
    return "created";
  }
  if (await isSame(from, target, there)) return "unchanged";
  if (!force) {
    throw new BlobForgeError(
      "conflict",
      `Cannot write the result to "${target}": other files are there (${there[0]})`,
      "Choose another folder with -o, or overwrite with --force",
    );
  }
  for (const file of await filesIn(from) ?? []) {
    await Deno.mkdir(dirname(join(target, file)), { recursive: true });
    await Deno.rename(join(from, file), join(target, file));
  }
  return "replaced";
}

/** Not there, or empty, or with exactly these files. */
async function isFree(target: string, from: string): Promise<boolean> {
  const there = await filesIn(target);
  return there === null || there.length === 0 || await isSame(from, target, there);
}

/** Its info.json tells whose it is; what tells nothing counts as anybody's only when forced. */
async function isOf(folder: string, hash: PdfHash, force: boolean): Promise<boolean> {
  try {
    const info = parseInfo(await Deno.readFile(join(folder, "info.json")));
    return info.hash === undefined ? force : info.hash === hash;
  } catch {
    return force;
  }
}

/** All files below, relative; null: no such folder. */
async function filesIn(folder: string): Promise<string[] | null> {
  const found: string[] = [];
  const walk = async (path: string): Promise<void> => {
    for await (const entry of Deno.readDir(path)) {
      const child = join(path, entry.name);
      if (entry.isDirectory) await walk(child);
      else found.push(relative(folder, child));
    }
  };
  try {
    await walk(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof Deno.errors.NotADirectory) return ["it is a file"];
    throw error;
  }
  return found.sort();
}

async function isSame(from: string, target: string, there: string[]): Promise<boolean> {
  const files = await filesIn(from) ?? [];
  if (files.join("\0") !== there.join("\0")) return false;
  for (const file of files) {
    if (!await sameBytes(join(from, file), join(target, file))) return false;
  }
  return true;
}

const CHUNK = 256 * 1024;

async function sameBytes(a: string, b: string): Promise<boolean> {
  if ((await Deno.stat(a)).size !== (await Deno.stat(b)).size) return false;
  using one = await Deno.open(a);
  using other = await Deno.open(b);
  const [x, y] = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  while (true) {
    const [m, n] = [await fill(one, x), await fill(other, y)];
    if (m !== n || x.subarray(0, m).some((byte, at) => byte !== y[at])) return false;
    if (m === 0) return true;
  }
}

async function fill(file: Deno.FsFile, into: Uint8Array): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const read = await file.read(into.subarray(at));
    if (read === null) break;
    at += read;
  }
  return at;
}
