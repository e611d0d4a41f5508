/** Text for terminals: measured in columns, cut to them, and free of what could steer the terminal. */
import { styleText } from "node:util";
import stringWidth from "string-width";

export type Style = Parameters<typeof styleText>[0];

/** Adds colour, or leaves the text alone. */
export type Paint = (style: Style, text: string) => string;

export function painter(color: boolean): Paint {
  if (!color) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

/** Columns that a text takes; colours take none. */
export const widthOf = (text: string): number => stringWidth(text);

/**
 * File names, errors and metadata come from others: control characters in them
 * could move the cursor, and bidi overrides could turn a name around.
 */
export function safe(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/** Cut at the end: `a long na…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const wide = widthOf(segment);
    if (used + wide > width - 1) break;
    kept += segment;
    used += wide;
  }
  return `${kept}…`;
}

/** Cut in the middle, so that the end of a path stays: `library/bo…/rules.pdf`. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const tail = Math.floor((width - 1) * 0.6);
  const segments = [...new Intl.Segmenter().segment(text)].map((one) => one.segment);
  let end = "";
  for (let at = segments.length - 1; at >= 0; at--) {
    if (widthOf(segments[at]! + end) > tail) break;
    end = segments[at]! + end;
  }
  return cut(text, width - widthOf(end)) + end;
}

export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "left" ? text + space : space + text;
}

/** Breaks at spaces so that no line is longer than `width`; a word that is longer stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((one) => one !== "")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}
