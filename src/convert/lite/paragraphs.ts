/** Joins lines to paragraphs: across lines, columns and pages, with the hyphens of line ends taken out. */
import type { Block, ListItem, Paragraph } from "./block.ts";
import { joinSpans, type Line } from "./lines.ts";
import { type Span, textOf } from "./runs.ts";

/** Whether a hyphen at a line's end belongs to the word. */
export type HyphenRule = {
  keepsHyphen(left: string, right: string): boolean;
  /** The document has this word elsewhere. */
  isWord?(word: string): boolean;
};

/** The text of two lines that follow one another. */
export function joinText(before: Span[], after: Span[], hyphens: HyphenRule): Span[] {
  const left = textOf(before).trimEnd(), right = textOf(after);
  const cut = left.match(/(\p{L}+)[-‐]$/u);
  const next = right.match(/^\p{Ll}[\p{L}]*/u);
  if (
    cut && cut[1] !== "" && hyphens.isWord?.(cut[1]! + (right.match(/^\p{Lu}\p{Ll}+/u)?.[0] ?? "-"))
  ) {
    return joinSpans([dropLast(trimEnd(before)), after], "");
  }
  if (cut && next) {
    const keep = hyphens.keepsHyphen(cut[1]!, next[0]);
    return joinSpans([keep ? trimEnd(before) : dropLast(trimEnd(before)), after], "");
  }
  // "Anglo-" "Saxon", "/usr/" "bin", "a—" "b", and scripts without spaces.
  const tight = (/[\p{L}\d][-‐–]$/u.test(left) && /^[\p{L}\d]/u.test(right)) ||
    /[—/]$/.test(left) ||
    (isUnspaced(left.at(-1)) && isUnspaced(right.at(0)));
  return joinSpans([trimEnd(before), after], tight ? "" : " ");
}

function trimEnd(spans: Span[]): Span[] {
  const last = spans.at(-1);
  if (!last) return spans;
  return [...spans.slice(0, -1), { ...last, text: last.text.trimEnd() }];
}

function dropLast(spans: Span[]): Span[] {
  const last = spans.at(-1)!;
  const text = last.text.slice(0, -1);
  return text === "" ? spans.slice(0, -1) : [...spans.slice(0, -1), { ...last, text }];
}

function isUnspaced(character: string | undefined): boolean {
  return character !== undefined &&
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}、。，「」]/u.test(character);
}

/** How a line follows the lines of a paragraph. `break`: it goes on in a new line that the author set. */
export type Relation = "join" | "break" | "new";

export type Measure = {
  /** Distance of baselines in a paragraph of this size. */
  leading: number;
  /** How far to the right a line may go here. */
  right: number;
};

/** Shares of the leading, and of an em. */
const PARAGRAPH_GAP = 1.45, INDENT = 0.8;

export function relation(lines: Line[], line: Line, measure: Measure): Relation {
  const last = lines.at(-1)!;
  const em = Math.max(line.size, last.size);
  const gap = line.baseline - last.baseline;
  if (gap <= 0 || gap > PARAGRAPH_GAP * measure.leading) return "new";
  // Words in small capitals make a line look smaller; its distance tells that it belongs.
  const unlike = Math.abs(line.size - last.size) / em;
  if (unlike > 0.3 || (unlike > 0.12 && gap > 1.12 * measure.leading)) return "new";
  if (/\p{L}[-‐]$/u.test(last.text) && /^\p{Ll}/u.test(line.text)) return "join";
  const ended = /[.!?:;…。][)”"’'\]]*$/.test(last.text.trimEnd());
  if (ended && startsWithLabel(line) && last.bold < 0.1) return "new";
  const short = fitsBehind(last, line, measure.right - 0.5 * em);
  if (isCentred(last, line, measure.right)) return short ? "break" : "join";

  const indent = line.left - last.left;
  if (indent > INDENT * em) {
    // Behind a full first line it is a hanging indent, elsewhere a new paragraph's first line.
    return lines.length === 1 && !short ? "join" : "new";
  }
  // Back at the margin: behind an indented first line the text goes on, else a hanging entry begins.
  if (indent < -INDENT * em && lines.length > 1) return "new";
  if (!short) return "join";
  if (ended) return "new";
  const slack = measure.right - last.right;
  return slack > 3 * em && slack > 0.2 * (measure.right - line.left) ? "break" : "join";
}

/** `DATES: The ...` */
function startsWithLabel(line: Line): boolean {
  const first = line.spans[0];
  return first !== undefined && first.bold && line.bold < 0.9 &&
    /^\p{Lu}.*[:.]\s*$/u.test(first.text);
}

/** The next line's first word would have had room behind this one: the line was ended on purpose. */
function fitsBehind(last: Line, next: Line, right: number): boolean {
  const first = next.parts[0]!;
  const text = textOf(first.spans);
  const word = text.split(/\s/, 1)[0]!;
  // Letters differ in width.
  const wide = (1.3 * (first.right - first.left) * word.length) / Math.max(1, text.length);
  return last.right + 0.25 * last.size + wide < right;
}

function isCentred(a: Line, b: Line, right: number): boolean {
  const em = a.size;
  const middle = Math.abs((a.left + a.right) / 2 - (b.left + b.right) / 2) < 0.4 * em;
  return middle && Math.abs(a.left - b.left) > em && a.right < right - em && b.right < right + em;
}

/** Whether `next`, at the top of a column or page, goes on with `last` at the end of the one before. */
export function goesOn(last: Block, next: Block): boolean {
  if (last.kind !== "paragraph" && last.kind !== "item") return false;
  if (
    next.kind !== "paragraph" || next.depth > (last.kind === "item" ? last.depth + 1 : last.depth)
  ) {
    return false;
  }
  return isUnfinished(last) && startsInside(next);
}

function isUnfinished(block: Paragraph | ListItem): boolean {
  const text = textOf(block.spans).trimEnd();
  return text !== "" &&
    !/[.!?:…。][)”"’'\]]*$/.test(
      text.replace(/\s*\d+$/, (digits) => block.spans.at(-1)?.script === "super" ? "" : digits),
    );
}

function startsInside(block: Paragraph): boolean {
  return /^[\p{Ll}\p{Script=Han}]|^\p{Lu}?[\p{Ll}]*[,;)]|^[(\d]\S* \p{Ll}|^[–—]/u
    .test(textOf(block.spans).trimStart());
}

/** One block of two that belong together. */
export function joinBlocks<T extends Paragraph | ListItem>(
  last: T,
  next: Paragraph,
  hyphens: HyphenRule,
): T {
  return { ...last, spans: joinText(last.spans, next.spans, hyphens) };
}
