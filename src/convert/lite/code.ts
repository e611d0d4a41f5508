/** Lines in a typewriter's font become code, with the indentation that they have on the page. */
import type { Line } from "./lines.ts";
import { textOf } from "./runs.ts";

const MOSTLY = 0.85;

/** `monoDocument`: all of it is set like that, so it says nothing. */
export function isCodeLine(line: Line, monoDocument: boolean): boolean {
  return !monoDocument && line.mono >= MOSTLY &&
    !/^\S+@\S+$|^\{?[\w.,]+\}?@[\w.]+$/.test(line.text);
}

/** Number of lines from `start` that are one piece of code; 0 when there is none. */
export function codeRun(
  lines: Line[],
  start: number,
  monoDocument: boolean,
  bodySize: number,
): number {
  let end = start;
  while (end < lines.length && isCodeLine(lines[end]!, monoDocument)) {
    const gap = end > start ? lines[end]!.baseline - lines[end - 1]!.baseline : 0;
    if (gap > 4 * lines[end]!.size || gap < 0) break;
    end++;
  }
  return isDisplay(lines.slice(start, end), bodySize) ? 0 : end - start;
}

/** Titles in a typewriter's font: large, or centred. */
function isDisplay(lines: Line[], bodySize: number): boolean {
  if (lines.length === 0 || lines.some((line) => line.size > 1.3 * bodySize)) return true;
  const [first, ...rest] = lines.map((line) => ({
    left: line.left,
    middle: (line.left + line.right) / 2,
  }));
  const em = lines[0]!.size;
  return rest.length > 0 &&
    rest.every((line) => Math.abs(line.middle - first!.middle) < 0.6 * em) &&
    rest.some((line) => Math.abs(line.left - first!.left) > 1.5 * em);
}

export function codeText(lines: Line[]): string[] {
  const left = Math.min(...lines.map((line) => line.left));
  const pitch = pitchOf(lines);
  const leading = leadingOf(lines);
  const text: string[] = [];
  lines.forEach((line, at) => {
    const gap = at === 0 ? 0 : line.baseline - lines[at - 1]!.baseline;
    if (gap > 1.6 * leading) text.push("");
    text.push(placeParts(line, left, pitch));
  });
  return text;
}

/** Width of a character. */
function pitchOf(lines: Line[]): number {
  let wide = 0, characters = 0;
  for (const part of lines.flatMap((line) => line.parts)) {
    const length = [...textOf(part.spans)].length;
    if (length < 3) continue;
    wide += part.right - part.left;
    characters += length;
  }
  return characters > 0 ? wide / characters : lines[0]!.size * 0.6;
}

function leadingOf(lines: Line[]): number {
  const gaps = lines.slice(1).map((line, at) => line.baseline - lines[at]!.baseline);
  return gaps.length > 0 ? Math.min(...gaps.filter((gap) => gap > 0), Infinity) : Infinity;
}

function placeParts(line: Line, left: number, pitch: number): string {
  let text = "";
  for (const part of line.parts) {
    const column = Math.round((part.left - left) / pitch);
    const spaces = Math.max(text === "" ? 0 : 1, column - [...text].length);
    text += " ".repeat(Math.min(spaces, 120)) + textOf(part.spans);
  }
  return text.trimEnd();
}
