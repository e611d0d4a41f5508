/** Entries of tables of contents: a title, leaders, a page number. */
import { joinSpans, type Line } from "./lines.ts";
import type { Marker } from "./lists.ts";
import { type Span, textOf } from "./runs.ts";

const LEADERS = /\s*(?:\.\s?){4,}\s*([\divxlc]+(?:[-–.]\d+)?)?\s*$/i;

export type TocEntry = { spans: Span[]; marker: Marker };

/** Null when the line has no leaders; `bare`: a wide gap will do. */
export function tocEntry(line: Line, bare = false): TocEntry | null {
  const match = line.text.match(LEADERS) ??
    (bare && endsInPageNumber(line) ? line.text.match(/\s+([\divxlc]+(?:[-–.]\d+)?)$/i) : null);
  if (!match || match.index === 0) return null;
  const title = plain(line.text.slice(0, match.index));
  const spans = match[1] ? joinSpans([[title], [plain(match[1])]], " … ") : [title];
  const textLeft = line.left + line.size;
  return { spans, marker: { marker: "-", length: 0, weak: false, number: null, textLeft } };
}

/** A number stands apart at the line's end. */
export function endsInPageNumber(line: Line): boolean {
  const last = line.parts.at(-1);
  return line.parts.length > 1 && /^[\divxlc]{1,6}$/i.test(textOf(last!.spans).trim());
}

function plain(text: string): Span {
  return { text, bold: false, italic: false, mono: false, script: null, link: null };
}
