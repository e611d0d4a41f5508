/** What a result holds and what it is called. Pure. */
import { parseJsonObject } from "../base/json.ts";

/** `info.json` of a result; the original's fields and ours, all of which may be missing. */
export type ResultInfo = {
  hash?: string;
  converted_at?: string;
  worker_id?: string;
  original_filename?: string;
  tags?: string[];
  size_bytes?: number;
  converter?: string;
  converter_version?: string;
  pages?: number;
  duration_s?: number;
  [field: string]: unknown;
};

const LONGEST_NAME = 120;

/** `info.json`, at the top or one folder below; null: there is none. */
export function findInfo(files: readonly string[]): string | null {
  return shallowest(
    files.filter((file) => file === "info.json" || /^[^/]+\/info\.json$/.test(file)),
  );
}

/**
 * The Markdown of a result: named like the PDF, or `source.md`, or the only one; at the top
 * or one folder below. Null: there is none.
 */
export function findMarkdown(files: readonly string[], stem: string | null): string | null {
  const all = files.filter((file) => /\.md$/i.test(file) && file.split("/").length <= 2);
  const named = (name: string) =>
    shallowest(all.filter((file) => file === name || file.endsWith(`/${name}`)));
  return (stem === null ? null : named(`${stem}.md`)) ?? named("source.md") ?? shallowest(all);
}

/** Reads `info.json`; what is no JSON object reads as an empty one. */
export function parseInfo(bytes: Uint8Array): ResultInfo {
  return (parseJsonObject(bytes) ?? {}) as ResultInfo;
}

/** The PDF's name without its ending, safe as a name of a folder on every system; null: none is known. */
export function stemOf(info: ResultInfo | null): string | null {
  const original = info?.original_filename;
  if (typeof original !== "string") return null;
  const name = original.split(/[/\\]/).at(-1)!.replace(/\.pdf$/i, "");
  // deno-lint-ignore no-control-regex
  const safe = name.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, "_").replace(/^[\s.]+|[\s.]+$/g, "");
  const short = shorten(safe.toWellFormed());
  return short === "" ? null : short;
}

function shorten(name: string): string {
  const letters = [...name];
  while (new TextEncoder().encode(letters.join("")).length > LONGEST_NAME) letters.pop();
  return letters.join("").trimEnd();
}

function shallowest(files: string[]): string | null {
  const [first] = [...files].sort((a, b) =>
    a.split("/").length - b.split("/").length || (a < b ? -1 : 1)
  );
  return first ?? null;
}
