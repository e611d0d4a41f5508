/** Second stage: characters that stand side by side become runs of words with their looks. */
import type { Box, Glyph, PageLink, Rule } from "./page_data.ts";

/** A piece of text of one look. */
export type Span = {
  text: string;
  bold: boolean;
  italic: boolean;
  mono: boolean;
  /** Raised or lowered small text. */
  script: "super" | "sub" | null;
  link: string | null;
};

/** Text on one baseline without a wide gap. Its box is tight: from the ascenders to the descenders. */
export type Run = Box & {
  spans: Span[];
  baseline: number;
  /** The size of most of its characters. */
  size: number;
  font: string;
  /** Shares of its characters. */
  bold: number;
  mono: number;
  count: number;
  rightToLeft: boolean;
  /** What it is made of, for whoever has to cut it. */
  glyphs: Glyph[];
};

/** Shares of an em. */
const SAME_BASELINE = 0.45, WORD_GAP = 0.24, RUN_GAP = 0.95, STEP_BACK = 0.6;

/**
 * In reading order within each run; runs in the order of the page's content. No run goes across one of the
 * vertical `rules`: cells of a table may stand close.
 */
export function runsOf(glyphs: Glyph[], links: PageLink[] = [], rules: Rule[] = []): Run[] {
  const verticals = rules.filter((rule) =>
    rule.right - rule.left < 3 && rule.bottom - rule.top > 5
  );
  const walls = verticals.length <= MOST_WALLS ? verticals : [];
  const pieces: Glyph[][] = [];
  let piece: Glyph[] = [];
  for (const glyph of glyphs) {
    const last = piece.at(-1);
    if (last && (!continues(last, glyph, piece) || isWalled(last, glyph, walls))) {
      pieces.push(piece);
      piece = [];
    }
    piece.push(glyph);
  }
  if (piece.length > 0) pieces.push(piece);
  return joinPieces(pieces, walls).filter((joined) => !isIllegible(joined) && !isOrnament(joined))
    .map((joined) => toRun(joined, links));
}

/** Characters that nobody knows say nothing, and letters between them little. */
function isIllegible(glyphs: Glyph[]): boolean {
  const unmapped = glyphs.filter((glyph) => glyph.unmapped).length;
  return unmapped > 0.4 * glyphs.length;
}

/** Bars and borders set in a symbol font. */
function isOrnament(glyphs: Glyph[]): boolean {
  return glyphs.length >= 5 &&
    glyphs.every((glyph) => /^[\u2500-\u25ff\u2758-\u27bf]/.test(glyph.text));
}

const MOST_WALLS = 3_000;

function isWalled(last: Pick<Glyph, "right" | "baseline">, next: Glyph, walls: Rule[]): boolean {
  if (walls.length === 0 || next.left - last.right < 0.02 * next.style.size) return false;
  const y = next.baseline - 0.3 * next.style.size;
  return walls.some((wall) =>
    wall.left > last.right - 1 && wall.right < next.left + 1 && wall.top < y && wall.bottom > y
  );
}

function continues(last: Glyph, next: Glyph, piece: Glyph[]): boolean {
  const em = Math.max(last.style.size, next.style.size);
  if (Math.abs(next.baseline - last.baseline) > SAME_BASELINE * em) return false;
  if (isOnePlace(last, next)) return true;
  if (isRightToLeft(next.text) || isRightToLeft(last.text)) {
    const gap = Math.max(last.left - next.right, next.left - last.right);
    return gap < RUN_GAP * em;
  }
  const gap = next.left - last.right;
  // Scripts above one another are placed by stepping back.
  const back = piece.length > 0 && next.left < piece[0]!.left - 0.1 * em;
  return gap < RUN_GAP * em && gap > -STEP_BACK * em && !back;
}

/** The letters of a ligature. */
function isOnePlace(a: Glyph, b: Glyph): boolean {
  return a.x === b.x && a.left === b.left && a.right === b.right;
}

/** Content may draw the words of a line in any order: pieces side by side on a baseline are one. */
function joinPieces(pieces: Glyph[][], walls: Rule[]): Glyph[][] {
  const order = pieces.map((glyphs, at) => ({ glyphs, at, box: extent(glyphs) }))
    .sort((a, b) => a.box.baseline - b.box.baseline || a.box.left - b.box.left);
  const joined: typeof order = [];
  for (const piece of order) {
    const host = findHost(joined, piece.box);
    const walled = host && (isWalled(host.box, piece.glyphs[0]!, walls) ||
      isWalled(piece.box, host.glyphs[0]!, walls));
    if (!host || walled || piece.glyphs.some((g) => isRightToLeft(g.text))) {
      joined.push(piece);
      continue;
    }
    host.glyphs = mergeByPlace(host.glyphs, piece.glyphs);
    host.at = Math.min(host.at, piece.at);
    host.box = extent(host.glyphs);
  }
  return joined.sort((a, b) => a.at - b.at).map(({ glyphs }) => glyphs);
}

type Extent = { left: number; right: number; baseline: number; size: number };

function extent(glyphs: Glyph[]): Extent {
  let left = Infinity, right = -Infinity;
  for (const glyph of glyphs) {
    if (glyph.left < left) left = glyph.left;
    if (glyph.right > right) right = glyph.right;
  }
  const { baseline, size } = mainStyle(glyphs);
  return { left, right, baseline, size };
}

function findHost<T extends { box: Extent }>(joined: T[], box: Extent): T | undefined {
  for (let at = joined.length - 1; at >= 0 && at >= joined.length - 40; at--) {
    const other = joined[at]!.box;
    const em = Math.max(other.size, box.size);
    if (box.baseline - other.baseline > 1.5 * em) return undefined;
    // Small pieces join the text that they are scripts of; others must stand on its baseline.
    const small = Math.min(other.size, box.size) < 0.8 * em;
    const level = Math.abs(box.baseline - other.baseline) < (small ? 0.55 : 0.3) * em;
    const gap = Math.max(box.left - other.right, other.left - box.right);
    const overlap = Math.min(box.right, other.right) - Math.max(box.left, other.left);
    const inside = overlap < 0.5 * Math.min(box.right - box.left, other.right - other.left) ||
      overlap < 0.3 * em;
    if (level && gap < (small ? 0.3 : RUN_GAP) * em && inside) return joined[at];
  }
  return undefined;
}

function mergeByPlace(a: Glyph[], b: Glyph[]): Glyph[] {
  if (a.at(-1)!.x <= b[0]!.x) return [...a, ...b];
  if (b.at(-1)!.x <= a[0]!.x) return [...b, ...a];
  return [...a, ...b].sort((one, other) => one.x - other.x);
}

/** The look of most of the characters, and where they stand. */
function mainStyle(glyphs: Glyph[]): { baseline: number; size: number; font: string } {
  const counts = new Map<number, number>();
  let best = glyphs[0]!, most = 0;
  for (const glyph of glyphs) {
    const count = (counts.get(glyph.style.size) ?? 0) + 1;
    counts.set(glyph.style.size, count);
    // Of equal counts the larger size is the text, the other its scripts.
    const larger = glyph.style.size > best.style.size && count * 2 >= most;
    if (count > most || larger) {
      if (glyph.style.size !== best.style.size) best = glyph;
      most = Math.max(most, count);
    }
  }
  return { baseline: best.baseline, size: best.style.size, font: best.style.font };
}

/** Characters that are known to stand together, such as those of a cell. At least one. */
export function runFrom(glyphs: Glyph[]): Run {
  return toRun(glyphs, []);
}

function toRun(glyphs: Glyph[], links: PageLink[]): Run {
  const main = mainStyle(glyphs);
  let left = Infinity, right = -Infinity, bold = 0, mono = 0, backwards = 0;
  for (const glyph of glyphs) {
    left = Math.min(left, glyph.left);
    right = Math.max(right, glyph.right);
    if (glyph.style.bold) bold++;
    if (glyph.style.mono) mono++;
    if (isRightToLeft(glyph.text)) backwards++;
  }
  main.size = capitalSize(glyphs, main.size);
  return {
    left,
    right,
    top: main.baseline - 0.75 * main.size,
    bottom: main.baseline + 0.22 * main.size,
    baseline: main.baseline,
    size: main.size,
    font: main.font,
    spans: spansOf(glyphs, main, links),
    bold: bold / glyphs.length,
    mono: mono / glyphs.length,
    count: glyphs.length,
    rightToLeft: backwards > glyphs.length / 2,
    glyphs,
  };
}

/** Small capitals are as large as the capitals among them. */
function capitalSize(glyphs: Glyph[], size: number): number {
  if (glyphs.some((glyph) => /\p{Ll}/u.test(glyph.text))) return size;
  const capitals = glyphs.filter((glyph) => /\p{Lu}/u.test(glyph.text));
  const largest = Math.max(size, ...capitals.map((glyph) => glyph.style.size));
  return capitals.length >= 3 && size >= 0.65 * largest ? largest : size;
}

function spansOf(glyphs: Glyph[], main: { baseline: number; size: number }, links: PageLink[]) {
  const spans: Span[] = [];
  const wordGap = wordGapOf(glyphs);
  let last: Glyph | null = null;
  for (const glyph of glyphs) {
    const { bold, italic, mono } = glyph.style;
    const look = { bold, italic, mono, script: scriptOf(glyph, main), link: linkAt(glyph, links) };
    const space = last !== null && spaceBetween(last, glyph, wordGap);
    const span = spans.at(-1);
    if (glyph.text === "\ufffd") continue;
    if (span && sameLook(span, look)) span.text += (space ? " " : "") + glyph.text;
    else {
      if (span && space) span.text += " ";
      spans.push({ text: glyph.text, ...look });
    }
    last = glyph;
  }
  return spans;
}

function spaceBetween(last: Glyph, next: Glyph, wordGap: number | null): boolean {
  if (isRightToLeft(last.text) || isRightToLeft(next.text)) return next.space !== "no";
  if (isOnePlace(last, next)) return false;
  const em = Math.min(last.style.size, next.style.size);
  const gap = next.left - last.right;
  if (wordGap !== null) return gap > wordGap * em;
  // A guess in front of a sign that PDFium had left out.
  if (next.space === "guessed" && gap < 0.12 * em && last.text === "-") return false;
  if (next.space === "written") return gap > -0.2 * em;
  // A guess that takes no room is an artefact of how the line was cut up.
  return next.space === "guessed" ? gap > 0.05 * em : gap > WORD_GAP * em;
}

/** In letter-spaced text there is a gap behind every letter: only the wider ones part words. In ems, or null. */
function wordGapOf(glyphs: Glyph[]): number | null {
  const pairs = glyphs.slice(1).map((glyph, at) => ({ before: glyphs[at]!, glyph }))
    .filter(({ before, glyph }) => /\p{L}/u.test(before.text) && /\p{L}/u.test(glyph.text));
  const guessed = pairs.filter(({ glyph }) => glyph.space === "guessed").length;
  if (pairs.length < 5 || guessed < 0.5 * pairs.length) return null;
  const gaps = pairs.map(({ before, glyph }) => (glyph.left - before.right) / glyph.style.size)
    .sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)]! + 0.12;
}

function scriptOf(glyph: Glyph, main: { baseline: number; size: number }): Span["script"] {
  if (glyph.style.size > 0.85 * main.size) return null;
  const raised = main.baseline - glyph.baseline;
  if (raised > 0.18 * main.size) return "super";
  return raised < -0.08 * main.size ? "sub" : null;
}

function linkAt(glyph: Glyph, links: PageLink[]): string | null {
  if (links.length === 0) return null;
  const x = (glyph.left + glyph.right) / 2, y = glyph.baseline - 0.3 * glyph.style.size;
  const hit = links.find((l) => x >= l.left && x <= l.right && y >= l.top && y <= l.bottom);
  return hit?.url ?? null;
}

type Look = Omit<Span, "text">;

export function sameLook(a: Look, b: Look): boolean {
  return a.bold === b.bold && a.italic === b.italic && a.mono === b.mono &&
    a.script === b.script && a.link === b.link;
}

function isRightToLeft(text: string): boolean {
  const code = text.codePointAt(0)!;
  return (code >= 0x590 && code <= 0x8ff) || (code >= 0xfb1d && code <= 0xfdff) ||
    (code >= 0xfe70 && code <= 0xfefc);
}

/** Its characters without their looks. */
export function textOf(spans: readonly Span[]): string {
  return spans.map((span) => span.text).join("");
}
