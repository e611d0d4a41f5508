/** Tables without lines: rows whose parts stand above one another with white space between the columns. */
import type { Table } from "./block.ts";
import { isCodeLine } from "./code.ts";
import type { Line } from "./lines.ts";
import { markerOf } from "./lists.ts";
import type { HyphenRule } from "./paragraphs.ts";
import { cellText } from "./ruled_tables.ts";
import type { Run } from "./runs.ts";

/** In ems, and rows. */
const GAP = 0.8, FEWEST_ROWS = 3;

type Column = { left: number; right: number };

/** The table that begins with `lines[start]`, and how many lines it takes; null when none does. */
export function spacedTable(
  lines: Line[],
  start: number,
  hyphens: HyphenRule,
  monoDocument: boolean,
): { table: Table; count: number } | null {
  if (!isRow(lines[start]!, monoDocument)) return null;
  let columns: Column[] = [];
  let end = start, rows = 0, lastRow = start;
  for (; end < lines.length; end++) {
    const line = lines[end]!;
    if (end > start && !isNear(lines[end - 1]!, line)) break;
    const next = widen(columns, line.parts, GAP * line.size);
    const row = isRow(line, monoDocument);
    if (next.length < 2 || (end > start && next.length < Math.min(columns.length, 3))) break;
    if (!row && (next.length !== columns.length || !isInOneColumn(line, columns))) break;
    columns = next;
    if (row) [rows, lastRow] = [rows + 1, end];
  }
  // Lines behind the last full row belong to it only when they stand under a later column.
  while (end - 1 > lastRow && lines[end - 1]!.left < columns[0]!.right) end--;
  const taken = lines.slice(start, end);
  const full = taken.every((line) => line.parts.length === columns.length);
  const fewest = full && columns.length >= 3 ? 2 : FEWEST_ROWS;
  if (rows < fewest || isEquation(taken) || rows < 0.5 * taken.length || isProse(taken, columns)) {
    return null;
  }
  return { table: build(taken, columns, hyphens), count: taken.length };
}

/** Several parts, and neither a list item, an entry of a table of contents, nor code. */
function isRow(line: Line, monoDocument: boolean): boolean {
  if (line.parts.length < 2 || isCodeLine(line, monoDocument)) return false;
  if (/\.{4,}|(\. ){4,}/.test(line.text)) return false;
  return !(line.parts.length === 2 && markerOf(line) && line.parts[0]!.count <= 4);
}

function isNear(above: Line, below: Line): boolean {
  const gap = below.baseline - above.baseline;
  return gap > 0 && gap < 2.4 * Math.max(above.size, below.size);
}

/** The columns after a row is laid over them: parts that bridge a gap make one column of two. */
function widen(columns: Column[], parts: Run[], least: number): Column[] {
  const all = [...columns, ...parts.map(({ left, right }) => ({ left, right }))]
    .sort((a, b) => a.left - b.left);
  const merged: Column[] = [];
  for (const { left, right } of all) {
    const last = merged.at(-1);
    if (last && left < last.right + least) last.right = Math.max(last.right, right);
    else merged.push({ left, right });
  }
  return merged;
}

function isInOneColumn(line: Line, columns: Column[]): boolean {
  return columns.some(({ left, right }) =>
    line.left >= left - 0.5 * line.size && line.left <= right
  ) && line.left > columns[0]!.left + line.size;
}

/** A formula with its number at the margin. */
function isEquation(lines: Line[]): boolean {
  return lines.some((line) => /\(\d+(?:\.\d+)?[a-z]?\)$/.test(line.text)) &&
    lines.some((line) => /[=<>≤≥≈∑∫∈→←]/.test(line.text)) && lines.length < 8;
}

/** Two columns of running text that were too short to be cut. */
function isProse(lines: Line[], columns: Column[]): boolean {
  const parts = lines.flatMap((line) => line.parts);
  const characters = parts.reduce((sum, part) => sum + part.count, 0) / parts.length;
  const wide = columns.reduce((sum, { left, right }) => sum + right - left, 0);
  const fill = parts.reduce((sum, part) => sum + part.right - part.left, 0) / (wide * lines.length);
  return (characters > 24 && fill > 0.8) || characters < 1.5;
}

function build(lines: Line[], columns: Column[], hyphens: HyphenRule): Table {
  const rows: Run[][][] = [];
  lines.forEach((line, at) => {
    const row = columns.map(({ left, right }) =>
      line.parts.filter((part) => {
        const middle = (part.left + part.right) / 2;
        return middle >= left && middle <= right;
      })
    );
    const above = rows.at(-1);
    const gap = at > 0 ? line.baseline - lines[at - 1]!.baseline : Infinity;
    const filled = row.filter((cell) => cell.length > 0).length;
    const goesOn = above && row[0]!.length === 0 && filled <= columns.length / 2 &&
      gap < 1.6 * line.size;
    if (goesOn) row.forEach((cell, column) => above[column]!.push(...cell));
    else rows.push(row);
  });
  return {
    kind: "table",
    rows: rows.map((row) => row.map((cell) => cellText(cell, hyphens))),
    headed: true,
    columns: columns.map(({ left }) => left),
  };
}
