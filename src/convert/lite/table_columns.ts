/** Finds the columns of a table without lines: gaps that all its lines share. */
import type { Line } from "./lines.ts";
import type { Glyph } from "./page_data.ts";

export type LineCell = { left: number; right: number; glyphs: Glyph[] };
export type Column = { left: number; right: number };

/** In ems. Wider than the space between words; in tables that rules or stripes show less will do. */
export const CELL_GAP = 0.55, SHOWN_CELL_GAP = 0.42;
const COLUMN_GAP = 0.4;
/** A typewriter's space is wide. */
const MONO_GAP = 1.3;

/** The pieces of a line with more than a word's space between them. */
export function cellsOf(line: Line, gap = CELL_GAP): LineCell[] {
  const cells: LineCell[] = [];
  const least = (line.mono > 0.5 ? MONO_GAP : gap) * line.size;
  for (const glyph of line.parts.flatMap((part) => part.glyphs).sort((a, b) => a.left - b.left)) {
    const last = cells.at(-1);
    if (last && glyph.left - last.right < least) {
      last.right = Math.max(last.right, glyph.right);
      last.glyphs.push(glyph);
    } else cells.push({ left: glyph.left, right: glyph.right, glyphs: [glyph] });
  }
  for (const cell of cells) cell.glyphs = inOrder(cell.glyphs, line);
  return cells;
}

/** As they stood in the line: sorting by place alone would spoil ligatures and accents. */
function inOrder(glyphs: Glyph[], line: Line): Glyph[] {
  const members = new Set(glyphs);
  return line.parts.flatMap((part) => part.glyphs).filter((glyph) => members.has(glyph));
}

/** The columns after a line is laid over them: cells that bridge a gap make one column of two. */
export function laidOver(columns: Column[], cells: LineCell[]): Column[] {
  const size = cells[0]?.glyphs[0]?.style.size ?? 10;
  const all = [...columns, ...cells.map(({ left, right }) => ({ left, right }))]
    .sort((a, b) => a.left - b.left);
  const merged: Column[] = [];
  for (const { left, right } of all) {
    const last = merged.at(-1);
    if (last && left < last.right + COLUMN_GAP * size) last.right = Math.max(last.right, right);
    else merged.push({ left, right });
  }
  return merged;
}

/** In ems: what certainly parts words. */
const WORD_GAP = 0.14;

/**
 * The words of a head row, each put to the column below it; null when there are fewer than three columns,
 * when nothing has to be parted, or when they do not fit: a column without a name, or names out of order.
 */
export function splitHead(head: Line, columns: Column[]): LineCell[] | null {
  const cells = cellsOf(head, SHOWN_CELL_GAP);
  if (columns.length < 3 || cells.length >= columns.length) return null;
  // One or two pairs of names may touch; a line that is mostly one piece is a sentence.
  if (cells.length < Math.max(2, columns.length - 2)) return null;
  const split: (LineCell | null)[] = columns.map(() => null);
  let last = 0;
  for (const word of cellsOf(head, WORD_GAP)) {
    const middle = (word.left + word.right) / 2;
    const distance = ({ left, right }: Column) => Math.max(left - middle, middle - right, 0);
    const nearest = columns.map(distance).reduce(
      (best, d, at, all) => d < all[best]! ? at : best,
      0,
    );
    if (nearest < last) return null;
    last = nearest;
    const cell = split[nearest];
    split[nearest] = cell
      ? { left: cell.left, right: word.right, glyphs: [...cell.glyphs, ...word.glyphs] }
      : word;
  }
  return split.every((cell) => cell !== null) ? split.filter((cell) => cell !== null) : null;
}
