/** Tags from a file's place, exactly as the original makes them. */
import { extname } from "node:path";

/** Every folder of the relative path, then the file's name without its ending: `books/comics/obelix.pdf` -> books, comics, obelix. */
export function tagsOf(relativePath: string): string[] {
  const parts = relativePath.split("/");
  const name = parts.pop() ?? "";
  const folders = parts.filter((part) => part !== "" && part !== ".");
  return [...folders, withoutEnding(name)];
}

/** As Python's `splitext`: leading dots belong to the name. */
function withoutEnding(name: string): string {
  const dots = /^\.*/.exec(name)![0].length;
  const ending = extname(`x${name.slice(dots)}`);
  return ending === "" ? name : name.slice(0, -ending.length);
}
