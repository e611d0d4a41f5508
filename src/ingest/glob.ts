/** Include and exclude patterns, as gitignore's: without a slash they match any name on the way. */
import { matchesGlob } from "node:path";

/** Whether the file or folder is named by a pattern. `drafts`, `drafts/`, `*.bak.pdf`, `books/**`. */
export function matchesAny(relativePath: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(relativePath, pattern));
}

function matches(relativePath: string, pattern: string): boolean {
  const bare = pattern.replace(/^\.\//, "").replace(/\/+$/, "");
  if (bare === "") return false;
  if (!bare.includes("/")) {
    return relativePath.split("/").some((part) => matchesGlob(part, bare));
  }
  const anchored = bare.replace(/^\/+/, "");
  if (matchesGlob(relativePath, anchored)) return true;
  // A pattern that names a folder names all that is in it.
  return parentsOf(relativePath).some((parent) => matchesGlob(parent, anchored));
}

function parentsOf(relativePath: string): string[] {
  const parts = relativePath.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
