/** The files of a converter's output folder, checked before they go anywhere. */
import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { ConversionError } from "./converter.ts";

/** `path` is relative, with `/`. */
export type ResultFile = { path: string; size: number };

/** Sorted bytewise by path. Anything but plain files and folders is refused: a link could lead to any file here. */
export function listResult(folder: string): ResultFile[] {
  const files: ResultFile[] = [];
  try {
    collect(folder, "", files);
  } catch (error) {
    if (error instanceof ConversionError) throw error;
    throw unusable(`its folder cannot be read (${messageOf(error)})`);
  }
  return files.sort((a, b) => compareBytes(a.path, b.path));
}

export function unusable(why: string): ConversionError {
  return new ConversionError("transient", "bad-result", `Cannot package the result: ${why}`);
}

function collect(folder: string, prefix: string, files: ResultFile[]): void {
  for (const { name } of Deno.readDirSync(join(folder, prefix))) {
    const path = prefix + name;
    if (/[\\\p{Cc}\uFFFD]/u.test(name)) {
      throw unusable(`${JSON.stringify(path)} is not a usable name`);
    }
    const stat = Deno.lstatSync(join(folder, path));
    if (stat.isDirectory) collect(folder, `${path}/`, files);
    else if (stat.isFile) files.push({ path, size: stat.size });
    else throw unusable(`"${path}" is not a plain file`);
  }
}

/** UTF-16 order is another one beyond the basic plane. */
export function compareBytes(a: string, b: string): number {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? -1);
}
