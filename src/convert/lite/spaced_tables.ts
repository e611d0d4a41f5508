/** Tables without a grid: rows whose parts stand above one another with white space between the columns. */
import type { Table } from "./block.ts";
import { isCodeLine } from "./code.ts";
import { isCaption } from "./headings.ts";
import type { Line } from "./lines.ts";
import { markerOf } from "./lists.ts";
import type { HyphenRule } from "./paragraphs.ts";
import { cellText } from "./ruled_tables.ts";
import {
  cellsOf,
  type Column,
  laidOver,
  type LineCell,
  SHOWN_CELL_GAP,
  splitHead,
} from "./table_columns.ts";
import { groupRows } from "./table_rows.ts";
import type { TableZone } from "./table_zones.ts";
import { runFrom } from "./runs.ts";

export type SpacedTable = { table: Table; count: number };

const FEWEST_ROWS = 3;

/** The table that begins with `lines[start]`, and how many lines it takes; null when none does. */
export function spacedTable(
  lines: Line[],
  start: number,
  hyphens: HyphenRule,
  monoDocument: boolean,
): SpacedTable | null {
  if (!isRow(lines[start]!, monoDocument)) return null;
  const grown = growFrom(lines, start, monoDocument);
  const below = headOver(lines, start, monoDocument);
  const { end, columns, pieces } = below && below.columns.length > grown.columns.length
    ? below
    : grown;
  const taken = lines.slice(start, end);
  const rows = pieces.filter((row) => row.length > 1).length;
  // Gaps of justified text may meet in a few lines, but they are not as wide as those that part runs.
  const wide = taken.filter((line) => line.parts.length > 1).length;
  const full = pieces.every((row) => row.length === columns.length);
  const fewest = full && columns.length >= 3 ? 2 : FEWEST_ROWS;
  if (columns.length < 2 || rows < fewest || rows < 0.5 * taken.length) return null;
  if (wide < (rows === 2 ? 2 : 0.5 * rows)) return null;
  if (isEquation(taken) || !isAligned(taken, pieces, columns)) return null;
  if (isProse(pieces, columns)) return null;
  return { table: build(taken, pieces, columns, null, hyphens), count: taken.length };
}

/** Lines that agree on columns, with their cells. */
type Grown = { end: number; columns: Column[]; pieces: LineCell[][] };

function growFrom(lines: Line[], start: number, monoDocument: boolean): Grown {
  let columns: Column[] = [];
  let end = start, lastRow = start;
  const pieces: LineCell[][] = [];
  for (; end < lines.length; end++) {
    const line = lines[end]!, cells = cellsOf(line);
    if (end > start && !isNear(lines[end - 1]!, line)) break;
    const next = laidOver(columns, cells);
    const row = isRow(line, monoDocument);
    if (next.length < 2 || (end > start && next.length < Math.min(columns.length, 3))) break;
    if (!row && (next.length !== columns.length || !isInLaterColumn(line, columns))) break;
    columns = next;
    pieces.push(cells);
    if (row) lastRow = end;
  }
  // Lines behind the last full row belong to it only when they stand under a later column.
  while (end - 1 > lastRow && lines[end - 1]!.left < columns[0]!.right) end--;
  return { end, columns, pieces: pieces.slice(0, end - start) };
}

/** The names of narrow columns nearly touch: the rows below tell where to part them. */
function headOver(lines: Line[], start: number, monoDocument: boolean): Grown | null {
  const next = lines[start + 1];
  if (!next || !isNear(lines[start]!, next) || !isRow(next, monoDocument)) return null;
  const body = growFrom(lines, start + 1, monoDocument);
  const head = splitHead(lines[start]!, body.columns);
  return head && { ...body, pieces: [head, ...body.pieces] };
}

/** The table that rules or stripes show, if its lines agree; it begins with `lines[start]`. */
export function zonedTable(
  lines: Line[],
  start: number,
  zone: TableZone,
  hyphens: HyphenRule,
  monoDocument: boolean,
): SpacedTable | null {
  let end = start;
  while (end < lines.length && lines[end]!.baseline < zone.bottom) end++;
  const taken = lines.slice(start, end);
  if (taken.length < 2 || taken.every((line) => isCodeLine(line, monoDocument))) return null;
  const cells = taken.map((line) => cellsOf(line, SHOWN_CELL_GAP));
  if (!isRow(taken[0]!, monoDocument)) return null;
  // Lines of one cell go on with a cell above; they may be wider than their column.
  const below = cells.slice(1).filter(isSeveral).reduce<Column[]>(laidOver, []);
  const head = splitHead(taken[0]!, below);
  if (head) cells[0] = head;
  const columns = head ? below : cells.filter(isSeveral).reduce<Column[]>(laidOver, []);
  const rows = cells.filter((row) => row.length > 1).length;
  if (columns.length < 2 || rows < 2 || rows < 0.4 * taken.length) return null;
  // Wide spaces make many pieces of a line; in a table they fall into different columns.
  const several = cells.filter((row) =>
    new Set(row.map((cell) => columnOf(cell, columns))).size > 1
  );
  if (several.length < 0.4 * taken.length) return null;
  if (cells.some((row) => row.length === 1 && isSentence(row[0]!, columns))) return null;
  if (taken.some((line) => /\.{4,}|(\. ){4,}/.test(line.text))) return null;
  return { table: build(taken, cells, columns, zone.rows, hyphens), count: taken.length };
}

function isSeveral(row: LineCell[]): boolean {
  return row.length > 1;
}

/** A line that begins in the first column and runs on into the next is no cell of this table. */
function isSentence(cell: LineCell, columns: Column[]): boolean {
  return cell.left < columns[0]!.right && cell.right > columns[1]!.left + 1;
}

/** Several cells, and neither a caption, a list item, an entry of a table of contents, nor code. */
function isRow(line: Line, monoDocument: boolean): boolean {
  if (
    isCodeLine(line, monoDocument) || isCaption(line.text) || /\.{4,}|(\. ){4,}/.test(line.text)
  ) return false;
  const cells = cellsOf(line);
  return cells.length > 1 &&
    !(cells.length === 2 && markerOf(line) && cells[0]!.glyphs.length <= 4);
}

function isNear(above: Line, below: Line): boolean {
  const gap = below.baseline - above.baseline, size = Math.max(above.size, below.size);
  return gap > 0 && gap < 2.4 * size && Math.abs(above.size - below.size) < 0.15 * size;
}

function isInLaterColumn(line: Line, columns: Column[]): boolean {
  return columns.some(({ left, right }) =>
    line.left >= left - 0.5 * line.size && line.left <= right
  ) && line.left > columns[0]!.left + line.size;
}

/** A formula with its number at the margin. */
function isEquation(lines: Line[]): boolean {
  return lines.some((line) => /\(\d+(?:\.\d+)?[a-z]?\)$/.test(line.text)) &&
    lines.some((line) => /[=<>≤≥≈∑∫∈→←]/.test(line.text)) && lines.length < 8;
}

/** Cells of a column share an edge or their middle; gaps in running text that happen to meet do not. */
function isAligned(lines: Line[], pieces: LineCell[][], columns: Column[]): boolean {
  return columns.slice(1).every(({ left, right }) => {
    const cells = pieces.flatMap((row) =>
      row.filter((cell) => cell.right > left && cell.left < right)
    );
    const near = 0.35 * lines[0]!.size;
    const share = (of: (cell: LineCell) => number) => {
      const values = cells.map(of);
      return Math.max(...values.map((v) => values.filter((w) => Math.abs(v - w) < near).length)) /
        cells.length;
    };
    return Math.max(
      share((cell) => cell.left),
      share((cell) => cell.right),
      share((cell) => (cell.left + cell.right) / 2),
    ) >= 0.6;
  });
}

/** Two columns of running text that were too short to be cut. */
function isProse(pieces: LineCell[][], columns: Column[]): boolean {
  const cells = pieces.flat();
  const characters = cells.reduce((sum, cell) => sum + cell.glyphs.length, 0) / cells.length;
  const wide = columns.reduce((sum, { left, right }) => sum + right - left, 0);
  const fill = cells.reduce((sum, cell) => sum + cell.right - cell.left, 0) /
    (wide * pieces.length);
  return (characters > 24 && fill > 0.8) || characters < 1.5;
}

function build(
  lines: Line[],
  pieces: LineCell[][],
  columns: Column[],
  edges: number[] | null,
  hyphens: HyphenRule,
): Table {
  const cells = pieces.map((row) => {
    const placed: LineCell[][] = columns.map(() => []);
    for (const cell of row) placed[columnOf(cell, columns)]!.push(cell);
    return placed;
  });
  const rows = groupRows(lines, cells.map((row) => row.map((cell) => cell.length > 0)), edges);
  return {
    kind: "table",
    rows: rows.map((members) =>
      columns.map((_, column) => {
        const parts = members.flatMap((line) => cells[line]![column]!);
        return cellText(parts.map((cell) => runFrom(cell.glyphs)), hyphens);
      })
    ),
    headed: true,
    columns,
  };
}

/** The column that most of the cell is in; of a cell that is wider, the one in which it begins. */
function columnOf(cell: LineCell, columns: Column[]): number {
  const begins = columns.findLastIndex(({ left }) => left <= cell.left + 1);
  const shared = ({ left, right }: Column) =>
    Math.min(right, cell.right) - Math.max(left, cell.left);
  const most = columns.map(shared).reduce(
    (best, part, at, all) => part > all[best]! ? at : best,
    0,
  );
  const isWider = begins >= 0 && columns[begins + 1] && cell.right > columns[begins + 1]!.left;
  return isWider && shared(columns[begins]!) > 0 ? begins : most;
}
