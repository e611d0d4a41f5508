/** What one `git lfs fetch` is asked for. */
import { basename, dirname, join, relative, resolve } from "node:path";

/** One batch: so much of the disk is used at once, and so many names fit into a command. */
const BATCH_FILES = 64;
const BATCH_BYTES = 1024 ** 3;
const BATCH_NAMES = 30_000;

/** In order, each small enough; a file that is too big alone is a batch of its own. */
export function* batches<T extends { path: string; size: number }>(files: T[]): Generator<T[]> {
  let batch: T[] = [];
  let bytes = 0;
  let names = 0;
  for (const file of files) {
    const isFull = batch.length >= BATCH_FILES || bytes + file.size > BATCH_BYTES ||
      names + file.path.length > BATCH_NAMES;
    if (isFull && batch.length > 0) {
      yield batch;
      [batch, bytes, names] = [[], 0, 0];
    }
    batch.push(file);
    bytes += file.size;
    names += file.path.length;
  }
  if (batch.length > 0) yield batch;
}

/**
 * The file as a pattern of git-lfs, anchored, with its wildcards escaped. Null if
 * there is none: commas separate patterns and cannot be escaped (git-lfs 3.x).
 */
export function patternOf(root: string, path: string): string | null {
  const real = join(Deno.realPathSync(dirname(resolve(path))), basename(path)); // as git sees it
  const inside = relative(Deno.realPathSync(root), real);
  if (/[,\n\r]/.test(inside) || inside.startsWith("..") || inside.length > BATCH_NAMES / 4) {
    return null;
  }
  return `/${inside.replace(/[\\*?[\]]/g, "\\$&")}`;
}
