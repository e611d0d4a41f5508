/** Running headers, footers and page numbers: what stands at the edge of page after page. */
import type { Box } from "./page_data.ts";
import { type Line, linesOf } from "./lines.ts";
import { type Run, textOf } from "./runs.ts";

/** One of the outermost lines of a page. */
export type EdgeLine = {
  edge: "top" | "bottom";
  y: number;
  text: string;
  size: number;
  runs: Run[];
  /** Further from the edge than headers stand: only a page number may stand there. */
  far: boolean;
};

/** Share of the page's height in which headers and footers stand, and how many lines they may have. */
const EDGE = 0.13;
const EDGE_LINES = 2;
/** On small pages in large margins the page number stands further in. */
const FAR_EDGE = 0.25;

export function edgeLines(runs: Run[], pageHeight: number): EdgeLine[] {
  const high = EDGE * pageHeight, far = FAR_EDGE * pageHeight;
  const near = runs.filter((run) => run.baseline < far || run.baseline > pageHeight - far);
  const lines = linesOf(near);
  const toEdge = (edge: "top" | "bottom") => (line: (typeof lines)[number]): EdgeLine => ({
    edge,
    y: line.baseline,
    text: line.text.trim(),
    size: line.size,
    runs: line.parts,
    far: line.baseline >= high && line.baseline <= pageHeight - high,
  });
  const isNear = (line: (typeof lines)[number], at: number) =>
    line.baseline < high || line.baseline > pageHeight - high || at === 0;
  const top = outermost(lines.filter((line) => line.baseline < far)).filter(isNear);
  const bottom = outermost(lines.filter((line) => line.baseline > pageHeight - far).reverse())
    .filter(isNear);
  return [...top.map(toEdge("top")), ...bottom.map(toEdge("bottom"))];
}

/** The second line is the text's first one when more lines of its size stand close to it. */
function outermost(lines: Line[]): Line[] {
  const isClose = (a: Line, b: Line | undefined) =>
    b !== undefined && Math.abs(b.baseline - a.baseline) < 1.4 * a.size &&
    Math.abs(a.size - b.size) < 0.06 * a.size;
  const found = lines.slice(0, EDGE_LINES);
  const inner = found[1];
  const isText = inner && !isLonePageNumber(inner.text.trim()) && isClose(inner, lines[2]);
  return isText ? found.slice(0, 1) : found;
}

type Hit = { page: number; y: number };

/** Pages on either side that are looked at, and how often a line must come back there (itself included). */
const NEIGHBOURS = 12, HITS = 3;
/** Points by which a header may move from page to page. */
const SAME_HEIGHT = 6;
/** In shorter documents only small text at the bottom and page numbers count. */
const SHORT = 3;

/** Filled in the first pass, asked in the second. Holds a few numbers a page. */
export class FurnitureIndex {
  #byText = new Map<string, Hit[]>();
  #byOffset = new Map<string, Hit[]>();
  #pictures = new Map<string, number>();
  #pages = 0;

  add(page: number, lines: EdgeLine[], pictures: Box[] = []): void {
    this.#pages = Math.max(this.#pages, page);
    for (const line of lines) {
      for (const key of textKeys(line)) push(this.#byText, key, { page, y: line.y });
      for (const key of offsetKeys(line, page)) push(this.#byOffset, key, { page, y: line.y });
    }
    for (const key of new Set(pictures.map(pictureKey))) {
      this.#pictures.set(key, (this.#pictures.get(key) ?? 0) + 1);
    }
  }

  /** `bodySize`: larger text is a title, however often it comes back. */
  isFurniture(page: number, line: EdgeLine, bodySize: number): boolean {
    if (this.#pages < 2) return false;
    const short = this.#pages < SHORT;
    const hits = short ? 2 : HITS;
    const lone = isLonePageNumber(line.text);
    const counted = offsetKeys(line, page)
      .some((key) => recurs(this.#byOffset.get(key), page, line.y, hits));
    if (line.far) return lone && counted;
    if (lone && (counted || !short)) return true;
    const smaller = line.size <= bodySize;
    if (short && (line.edge === "top" || !smaller)) return false;
    if (counted && line.size <= 1.3 * bodySize) return true;
    if (line.size > 1.15 * bodySize) return false;
    return textKeys(line).some((key) => recurs(this.#byText.get(key), page, line.y, hits));
  }

  /** A logo or an ornament: the same size at the same place on page after page. */
  isRepeatedPicture(picture: Box): boolean {
    return (this.#pictures.get(pictureKey(picture)) ?? 0) >= HITS;
  }
}

function push(index: Map<string, Hit[]>, key: string, hit: Hit): void {
  const hits = index.get(key);
  if (hits) hits.push(hit);
  else index.set(key, [hit]);
}

function recurs(hits: Hit[] | undefined, page: number, y: number, least: number): boolean {
  const near = (hits ?? []).filter((hit) =>
    Math.abs(hit.page - page) <= NEIGHBOURS && Math.abs(hit.y - y) <= SAME_HEIGHT
  );
  return new Set(near.map((hit) => hit.page)).size >= least;
}

const ROMAN = /\b[ivxlcdm]+\b/g;

/** The whole line, and its parts where they stand apart: the book's title beside the chapter's. */
function textKeys(line: EdgeLine): string[] {
  const parts = line.runs.length > 1 ? line.runs.map((run) => textOf(run.spans).trim()) : [];
  return [line.text, ...parts].filter((text) => /\p{L}{2}/u.test(text) || text === line.text)
    .map((text) => line.edge + text.toLowerCase().replace(ROMAN, "#").replace(/\d+/g, "#"));
}

/** A number at either end that counts up with the pages makes a page header of whatever stands beside it. */
function offsetKeys(line: EdgeLine, page: number): string[] {
  const words = line.text.split(/\s+/);
  return [...new Set([words[0], words.at(-1)])]
    .map((word) => numberOf(word ?? ""))
    .filter((number) => number !== null)
    .map((number) => `${line.edge}${number - page}`);
}

function numberOf(word: string): number | null {
  const bare = word.toLowerCase().replace(/^[^\da-z]+|[^\da-z]+$/g, "");
  const digits = bare.match(/^(?:[a-z\d]+[-–.])?(\d{1,5})$/);
  if (digits) return Number(digits[1]);
  return /^[ivxlc]{1,7}$/.test(bare) ? romanOf(bare) : null;
}

function romanOf(text: string): number {
  const values: Record<string, number> = { i: 1, v: 5, x: 10, l: 50, c: 100 };
  let sum = 0;
  for (let at = 0; at < text.length; at++) {
    const value = values[text[at]!]!, next = values[text[at + 1] ?? ""] ?? 0;
    sum += value < next ? -value : value;
  }
  return sum;
}

function isLonePageNumber(text: string): boolean {
  return /^[-–—|\s]*(?:(?:page|p\.|seite)\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|\/|von)\s*\d{1,5})?[-–—|\s]*$/i
    .test(text) && !/^[IVX]+$/.test(text.trim());
}

function pictureKey({ left, top, right, bottom }: Box): string {
  return [left, top, right - left, bottom - top].map((value) => Math.round(value / 3)).join();
}
