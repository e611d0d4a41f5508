/** Where a file store keeps what: keys <-> paths of plain files that a person can look at. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { StoreError } from "./store_error.ts";

/** Our own folder inside the store. Keys cannot reach it: a leading dot of a name is encoded. */
export const PRIVATE = ".blobforge";
/** Bodies on their way; what crashed writers left there is removed after a while. */
export const TEMP = join(PRIVATE, "tmp");
/** Lock files. They are never removed: whoever holds one that is gone would hold nothing. */
export const LOCKS = join(PRIVATE, "locks");
/** Metadata, one folder for each key that has some. */
export const META = join(PRIVATE, "meta");

/** The path of a key's body below the store's folder. Throws for a name that no file system takes. */
export function pathOfKey(key: string): string {
  if (key.length <= MAX_NAME_BYTES && PLAIN.test(key)) return key;
  const names = key.split("/").map(encodeName);
  const long = names.find((name) => new TextEncoder().encode(name).length > MAX_NAME_BYTES);
  if (long === undefined) return names.join("/");
  throw new StoreError(
    "unsupported",
    `Cannot store "${
      key.slice(0, 80)
    }…": a file store takes at most ${MAX_NAME_BYTES} bytes between two slashes`,
  );
}

/** The part of a key that a file or folder name stands for, or null for a name that is not ours. */
export function decodeName(name: string): string | null {
  if (!/[%\p{Cc}\\:*?"<>|]|^\.|[. ]$/u.test(name)) return name;
  if (name === EMPTY) return "";
  try {
    const decoded = decodeURIComponent(name);
    return encodeName(decoded) === name ? decoded : null;
  } catch {
    return null;
  }
}

/** The folder of a key's metadata, below the store's folder. */
export function metaFolderOf(key: string): string {
  const hash = createHash("sha256").update(key).digest("hex");
  return join(META, hash.slice(0, 2), hash);
}

/** Keys that are paths as they stand: nearly all, and a list asks for each of its keys. */
const PLAIN = /^[\w-](?:[\w-]|[./](?=[\w-]))*$/;
const EMPTY = "%";
const MAX_NAME_BYTES = 255;

/** Percent-encodes what is special to a file system: also `..`, leading dots, and Windows' dislikes. */
function encodeName(part: string): string {
  if (part === "") return EMPTY;
  return part
    .replace(/[%\p{Cc}\\:*?"<>|]/gu, percent)
    .replace(/^\./, percent)
    .replace(/[. ]$/, percent);
}

function percent(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}
