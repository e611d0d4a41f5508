/** Judges what a host calls done, before anybody relies on it. */
import { join } from "node:path";
import type { Conversion } from "./converter.ts";
import type { HostEvent } from "./protocol.ts";

export type Done = Extract<HostEvent, { type: "done" }>;

/** The conversion, or in one sentence what is wrong with it. */
export async function checkResult(done: Done, outDir: string): Promise<Conversion | string> {
  const { markdown, pages, warnings } = done;
  if (!isFileName(markdown)) return `"${markdown}" is not the name of a file in its output folder`;
  const stat = await Deno.lstat(join(outDir, markdown)).catch(() => null);
  if (stat === null) return `its Markdown "${markdown}" does not exist`;
  if (!stat.isFile) return `its Markdown "${markdown}" is not a plain file`;
  const needsOcr = [...new Set(done.needs_ocr)].sort((a, b) => a - b);
  const beyond = needsOcr.find((page) => page > pages);
  if (beyond !== undefined) return `it names page ${beyond} of ${pages}`;
  return { markdown, pages, needsOcr, warnings };
}

function isFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name);
}
