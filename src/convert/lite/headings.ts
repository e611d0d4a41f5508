/** Tells headings from text, and their levels: by the outline, by size, by weight, by numbers. */
import type { Line } from "./lines.ts";
import { markerOf } from "./lists.ts";
import type { OutlineEntry } from "./page_data.ts";

/** A size that counts as larger than the body, and the step that separates two levels. */
const LARGER = 1.14, STEP = 1.08;
const LEVELS_BY_SIZE = 4;
const LONGEST = 180;

export type SizeFacts = { size: number; pages: number; characters: number };

/** What surrounds a line in its column; `null` at the column's ends. */
export type Neighbours = {
  above: Line | null;
  below: Line | null;
  /** Usual distance of baselines here. */
  leading: number;
  /** The line above became a heading. */
  afterHeading: boolean;
  columnWidth: number;
};

export class HeadingModel {
  readonly #body: number;
  readonly #levels: { least: number; level: number }[];
  readonly #largest: number;
  readonly #outline = new Map<string, OutlineEntry[]>();
  /** The outline lists all headings, so what it lacks is none of its kind. */
  readonly #trusted: boolean;
  readonly #deepest: number;

  constructor(body: number, sizes: SizeFacts[], outline: OutlineEntry[], pages: number) {
    this.#body = body;
    const large = sizes.filter(({ size }) => size >= LARGER * body);
    this.#levels = levelsBySize(large, pages);
    this.#largest = large[0]?.size ?? Infinity;
    for (const entry of outline) {
      for (const key of keysOf(entry.title)) {
        if (key.length > 1) this.#outline.set(key, [...this.#outline.get(key) ?? [], entry]);
      }
    }
    this.#trusted = outline.length >= Math.max(3, pages / 10);
    this.#deepest = outline.reduce((deep, { level }) => Math.max(deep, level), 0);
  }

  /** The level that the outline gives to this text on this page or one beside it. */
  outlineLevel(text: string, page: number): number | null {
    const found = keysOf(text).map((key) => this.#outline.get(key)).find((entries) => entries) ??
      [];
    const near = found.find((entry) => Math.abs(entry.page - page) <= 1) ??
      found.find((entry) => entry.page === 0);
    return near ? Math.min(6, near.level) : null;
  }

  /** Null: it is text. A heading over several lines is asked line by line. */
  level(line: Line, page: number, near: Neighbours): number | null {
    const text = line.text.trim();
    if (text.length > LONGEST || !/\p{L}{2}|^\p{Lu}$|\d/u.test(text) || isCaption(text)) {
      return null;
    }
    if (/\.{4,}|(\. ){4,}/.test(text) || isListLine(line, near)) return null;
    const distinct = line.size >= 1.05 * this.#body || line.bold > 0.9 || standsAlone(line, near);
    const listed = distinct ? this.outlineLevel(text, page) : null;
    if (listed !== null) return listed;
    if (!/\p{L}/u.test(text)) return null;
    const bySize = this.#bySize(line);
    if (bySize !== null) {
      const isTitle = page === 1 && line.size > 0.95 * this.#largest;
      if (!this.#trusted || isTitle) return bySize;
      return Math.max(2, Math.min(bySize + 1, this.#deepest + 1, 6));
    }
    if (this.#trusted) return null;
    return this.#byLook(line, text, near);
  }

  #bySize(line: Line): number | null {
    if (line.size < LARGER * this.#body || line.parts.length > 2) return null;
    // A list of names in large type is no heading.
    const commas = line.text.match(/,/g)?.length ?? 0;
    if (commas > 2 && line.text.length > 50 && line.size < 1.5 * this.#body) return null;
    return this.#levels.find(({ least }) => line.size >= least)?.level ?? null;
  }

  #byLook(line: Line, text: string, near: Neighbours): number | null {
    const next = Math.min(6, (this.#levels.at(-1)?.level ?? 1) + 1);
    if (line.size < 0.85 * this.#body || line.mono > 0.5) return null;
    if (text.length > 100 || /[,;.:]$/.test(text) || line.parts.length > 2) return null;
    if (/^[^\p{L}\d“"(¿¡[]/u.test(text)) return null;
    const startsBig = /^(?:[\d.]+\s+|[“"(¿¡[])*[\p{Lu}\d]/u.test(text);
    if (line.bold > 0.9 && startsBig && standsAlone(line, near)) return next;
    if (isNumberedCapitals(text) && standsAlone(line, near)) return next;
    const narrow = line.right - line.left < 0.6 * near.columnWidth && near.below !== null;
    if (narrow && isCapitals(text) && standsOff(line, near) && standsAlone(line, near)) return next;
    const short = text.length <= 60 && line.right - line.left < 0.8 * near.columnWidth;
    const alone = standsOff(line, near) && near.below !== null && !near.below.italic;
    if (line.italic && short && alone && startsBig && !near.afterHeading) {
      return Math.min(6, next + 1);
    }
    return null;
  }
}

/**
 * Sizes of one step are one level. Sizes that are on one or two pages of a long document (its covers) do not
 * use up a level, except the largest of them: that is the title's.
 */
function levelsBySize(sizes: SizeFacts[], pages: number): { least: number; level: number }[] {
  const levels: { most: number; least: number; level: number; pages: number }[] = [];
  for (const { size, pages } of sizes) {
    const last = levels.at(-1);
    if (last && last.most / size < STEP) {
      last.least = size;
      last.pages += pages;
    } else levels.push({ most: size, least: size, level: 0, pages });
  }
  const few = pages > 8 ? 2 : 1;
  const isCover = (at: number) =>
    levels[at]!.pages <= few && levels.some((l, j) => j > at && l.pages > few);
  let level = 1, covers = 0;
  levels.forEach((cluster, at) => {
    cluster.level = level;
    if (isCover(at) ? covers++ === 0 : true) level = Math.min(LEVELS_BY_SIZE, level + 1);
  });
  return levels;
}

/** No other text of the same look follows it at once: a line of a bold paragraph is no heading. */
function standsAlone(line: Line, near: Neighbours): boolean {
  const { above, below, leading } = near;
  const sameAbove = above !== null && !near.afterHeading && sameLook(above, line) &&
    line.baseline - above.baseline < 1.3 * leading;
  const sameBelow = below !== null && sameLook(below, line) &&
    below.baseline - line.baseline < 1.3 * leading &&
    below.right - below.left > 0.8 * near.columnWidth;
  return !sameAbove && !sameBelow;
}

function standsOff(line: Line, near: Neighbours): boolean {
  return near.above === null || line.baseline - near.above.baseline > 1.3 * near.leading;
}

function sameLook(a: Line, b: Line): boolean {
  return Math.abs(a.size - b.size) < 0.5 && (a.bold > 0.9) === (b.bold > 0.9);
}

/** A bullet, or a number beside other such lines: a list in large type. */
function isListLine(line: Line, { above, below }: Neighbours): boolean {
  const marker = markerOf(line);
  if (!marker) return false;
  if (!marker.weak) return true;
  if (line.bold > 0.9 || marker.number === null) return false;
  return [above, below].some((other) =>
    other !== null && Math.abs(other.size - line.size) < 0.5 && other.bold < 0.9 && markerOf(other)
  );
}

/** `REFERENCES` */
function isCapitals(text: string): boolean {
  return /\p{Lu}{4}/u.test(text) && !/\p{Ll}/u.test(text) && /^[\p{Lu}\s&:’'-]+$/u.test(text);
}

/** `II. METHODS`, `3 RESULTS AND DISCUSSION` */
function isNumberedCapitals(text: string): boolean {
  const match = text.match(/^(?:[IVXLC]+|[A-Z]|\d+(?:\.\d+)*)[.)]?\s+(.+)$/);
  return match !== null && /\p{Lu}{3}/u.test(match[1]!.replaceAll(" ", "")) &&
    !/\p{Ll}/u.test(match[1]!);
}

export function isCaption(text: string): boolean {
  return /^(?:figure|fig\.|table|tab\.|listing|exhibit|abbildung|tabelle|plate|photo|algorithm)\s*[\dIVX]|^(?:example|box)\s*\d+[-–.]\d/i
    .test(text);
}

/** What a title may be found by, the best first. */
function keysOf(title: string): string[] {
  const letter = titleKey(title.replace(/^[A-Z]\.?\s+/, ""));
  return [...new Set([titleKey(title), unnumbered(title), letter])];
}

function titleKey(text: string): string {
  return text.toLowerCase().normalize("NFKC").replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Without a leading number: outlines often leave it out, or have it where the page does not. */
function unnumbered(text: string): string {
  const bare = text.trim()
    .replace(/^(?:chapter|appendix|part|section|kapitel)\s+[\divxlc]+\b[.:]?\s*(?=\S)/i, "")
    .replace(/^(?:\d+(?:\.\d+)*|[IVXLC]+|[A-Z](?:\.\d+)+)[.)]?\s+(?=\S)/, "");
  return titleKey(bare);
}
