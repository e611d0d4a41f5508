/** Finds the relative image links of a Markdown file that lead nowhere. */
import { posix } from "node:path";
import { readLines } from "./line_reader.ts";

/** Images as data URLs make long lines; what stands behind this is not looked at. */
const LINE_BYTES = 1024 * 1024;
const MARKDOWN_IMAGE =
  /!\[(?:[^\]\\]|\\.)*\]\(\s*(?:<([^<>]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))/g;
const HTML_IMAGE = /<img\b[^>]*?\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Each once, in order of appearance. `exists` is asked with a path relative to the Markdown's folder. */
export async function missingImages(
  markdownPath: string,
  exists: (path: string) => boolean,
): Promise<string[]> {
  const missing = new Set<string>();
  let fence = "";
  const reader = (await Deno.open(markdownPath)).readable.getReader();
  try {
    await readLines(reader, LINE_BYTES, ({ text }) => {
      const mark = FENCE.exec(text)?.[1];
      if (mark && fence === "") fence = mark;
      else if (fence !== "" && text.trim().startsWith(fence)) fence = "";
      if (fence !== "") return;
      for (const link of imageLinks(text)) {
        if (!leadsSomewhere(link, exists)) missing.add(link);
      }
    });
  } finally {
    await reader.cancel().catch(() => {}); // closes the file if the end was not reached
  }
  return [...missing];
}

/** The targets of all images on one line, `![](x.png)` and `<img src="x.png">`. */
export function imageLinks(line: string): string[] {
  return [...line.matchAll(MARKDOWN_IMAGE), ...line.matchAll(HTML_IMAGE)]
    .map(([, ...targets]) => targets.find((target) => target !== undefined) ?? "");
}

function leadsSomewhere(link: string, exists: (path: string) => boolean): boolean {
  if (/^([a-z][a-z0-9+.-]*:|\/\/|#)/i.test(link)) return true; // not a file of ours
  const path = link.replace(/[?#].*$/, "");
  return [path, decoded(path)].some((name) => exists(posix.normalize(name)));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
