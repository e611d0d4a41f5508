import { join } from "node:path";
import { isMissing } from "./file_errors.ts";
import { decodeName, pathOfKey } from "./file_layout.ts";
import { compareKeys, sortKeys } from "./keys.ts";

/**
 * Yields the keys below `root` that start with `prefix` and sort after `after`,
 * in bytewise order. Each folder is read once, when its turn comes, and only if
 * it can hold such a key; no file is looked at, so a page costs one `stat` an object.
 */
export function* keysInOrder(root: string, prefix: string, after: string): Generator<string> {
  yield* walk({ root, prefix, after }, prefix.slice(0, prefix.lastIndexOf("/") + 1));
}

type Wanted = { root: string; prefix: string; after: string };

/** `base` is the folder as the beginning of a key: empty, or ends with a slash. */
function* walk(wanted: Wanted, base: string): Generator<string> {
  // A folder sorts as the beginning of its keys: "a/b" comes after "a-b" and "a.b".
  for (const name of sortKeys(namesIn(wanted, base))) {
    if (name.endsWith("/")) yield* walk(wanted, base + name.slice(0, -1) + "/");
    else yield base + name;
  }
}

/** Names that matter, decoded; those of folders with a slash behind. */
function namesIn(wanted: Wanted, base: string): string[] {
  const names: string[] = [];
  try {
    const folder = base === "" ? wanted.root : join(wanted.root, pathOfKey(base.slice(0, -1)));
    for (const entry of Deno.readDirSync(folder)) {
      const name = decodeName(entry.name);
      if (name === null) continue;
      if (entry.isDirectory) {
        if (mayHold(wanted, `${base}${name}/`)) names.push(`${name}/`);
      } else if (entry.isFile && isWanted(wanted, base + name)) names.push(name);
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return names;
}

function isWanted({ prefix, after }: Wanted, key: string): boolean {
  return key.startsWith(prefix) && compareKeys(key, after) > 0;
}

function mayHold({ prefix, after }: Wanted, folder: string): boolean {
  if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) return false;
  return after.startsWith(folder) || compareKeys(folder, after) > 0;
}
