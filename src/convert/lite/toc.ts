/** Entries of tables of contents: a title, leaders, a page number. */
import { joinSpans, type Line } from "./lines.ts";
import type { Marker } from "./lists.ts";
import type { Span } from "./runs.ts";

const LEADERS = /\s*(?:\.\s?){4,}\s*([\divxlc]+(?:[-–.]\d+)?)?\s*$/i;

export type TocEntry = { spans: Span[]; marker: Marker };

/** Null when the line has no leaders. */
export function tocEntry(line: Line): TocEntry | null {
  const match = line.text.match(LEADERS);
  if (!match || match.index === 0) return null;
  const title = plain(line.text.slice(0, match.index));
  const spans = match[1] ? joinSpans([[title], [plain(match[1])]], " … ") : [title];
  const textLeft = line.left + line.size;
  return { spans, marker: { marker: "-", length: 0, weak: false, number: null, textLeft } };
}

function plain(text: string): Span {
  return { text, bold: false, italic: false, mono: false, script: null, link: null };
}
