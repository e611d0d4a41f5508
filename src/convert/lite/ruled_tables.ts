/** Tables whose cells are drawn: connected lines make a grid, text belongs to the cell it stands in. */
import type { Table } from "./block.ts";
import { linesOf } from "./lines.ts";
import { around, type Box, type Rule, touches } from "./page_data.ts";
import { type HyphenRule, joinText } from "./paragraphs.ts";
import type { Run, Span } from "./runs.ts";

export type FoundTable = { table: Table; title: Span[] | null; box: Box; used: Set<Run> };

const THIN = 3, SLACK = 3;
const MOST_RULES = 4_000;
/** A line of the grid runs along at least this share of it. */
const LONG = 0.3;

/** The grids of a page that hold text in most of their cells. */
export function ruledTables(rules: Rule[], runs: Run[], hyphens: HyphenRule): FoundTable[] {
  const lines = rules.filter((rule) =>
    Math.min(rule.right - rule.left, rule.bottom - rule.top) < THIN &&
    Math.max(rule.right - rule.left, rule.bottom - rule.top) > 6
  );
  if (lines.length > MOST_RULES) return [];
  return connected(lines).flatMap((group) => {
    const found = tableOf(group, runs, hyphens);
    return found ? [found] : [];
  });
}

function connected(rules: Rule[]): Rule[][] {
  const groups: { box: Box; rules: Rule[] }[] = [];
  for (const rule of [...rules].sort((a, b) => a.top - b.top)) {
    const near = groups.filter((group) =>
      touches(group.box, rule, SLACK) && group.rules.some((other) => touches(other, rule, SLACK))
    );
    const rulesOf = [...near.flatMap((group) => group.rules), rule];
    for (const group of near) groups.splice(groups.indexOf(group), 1);
    groups.push({ box: around(rulesOf)!, rules: rulesOf });
  }
  return groups.map((group) => group.rules);
}

function tableOf(rules: Rule[], runs: Run[], hyphens: HyphenRule): FoundTable | null {
  const box = around(rules)!;
  const upright = rules.filter((rule) => rule.bottom - rule.top > rule.right - rule.left);
  const level = rules.filter((rule) => rule.bottom - rule.top <= rule.right - rule.left);
  const xs = edges(
    upright.map((r) => ({ at: (r.left + r.right) / 2, from: r.top, to: r.bottom })),
    LONG * (box.bottom - box.top),
  );
  const ys = edges(
    level.map((r) => ({ at: (r.top + r.bottom) / 2, from: r.left, to: r.right })),
    LONG * (box.right - box.left),
  );
  if (xs.length < 3 || ys.length < 2) return null;

  const grid = { xs, ys };
  const cells = fillCells(grid, runs);
  const used = new Set(cells.flat(2));
  if (!isFilled(cells)) return null;
  const head = headAbove(grid, runs.filter((run) => !used.has(run)));
  if (head) {
    cells.unshift(head);
    head.flat().forEach((run) => used.add(run));
  }
  const rows = cells.flatMap((row) => splitRow(row, cells.length)).filter((row) =>
    row.some((cell) => cell.length > 0)
  );
  // A first row with one cell only is the table's title.
  const title = rows[0] && rows.length > 2 && rows[0].length > 2 && filledIn(rows[0]) === 1
    ? rows.shift()!.flat()
    : [];
  return {
    box: around([box, ...used])!,
    used,
    title: title.length > 0 ? cellText(title, hyphens) : null,
    table: {
      kind: "table",
      rows: rows.map((row) => row.map((cell) => cellText(cell, hyphens))),
      headed: true,
      columns: xs.slice(1).map((right, at) => ({ left: xs[at]!, right })),
    },
  };
}

/** Positions of the grid's lines: pieces at one place are one line. */
function edges(pieces: { at: number; from: number; to: number }[], least: number): number[] {
  const found: { at: number; spans: { from: number; to: number }[] }[] = [];
  for (const { at, from, to } of [...pieces].sort((a, b) => a.at - b.at)) {
    const last = found.at(-1);
    if (last && at - last.at < SLACK) last.spans.push({ from, to });
    else found.push({ at, spans: [{ from, to }] });
  }
  return found.filter(({ spans }) => covered(spans) >= least).map(({ at }) => at);
}

function covered(spans: { from: number; to: number }[]): number {
  let sum = 0, end = -Infinity;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}

type Grid = { xs: number[]; ys: number[] };
type Row = Run[][];

function fillCells({ xs, ys }: Grid, runs: Run[]): Row[] {
  const cells: Row[] = Array.from({ length: ys.length - 1 }, () => emptyRow(xs));
  for (const run of runs) {
    const y = run.baseline - 0.3 * run.size;
    const column = slot(xs, (run.left + run.right) / 2), row = slot(ys, y);
    if (column >= 0 && row >= 0) cells[row]![column]!.push(run);
  }
  return cells;
}

function emptyRow(xs: number[]): Row {
  return Array.from({ length: xs.length - 1 }, () => []);
}

function slot(edges: number[], at: number): number {
  if (at < edges[0]! || at > edges.at(-1)!) return -1;
  return edges.findLastIndex((edge, index) => at >= edge && index < edges.length - 1);
}

/** A diagram or a chart with grid lines has mostly empty cells. */
function isFilled(cells: Row[]): boolean {
  const all = cells.flat();
  const filled = all.filter((cell) => cell.length > 0).length;
  const columns = cells[0]!.map((_, column) => cells.some((row) => row[column]!.length > 0));
  return filled >= 2 && filled / all.length > 0.3 && columns.filter(Boolean).length >= 2;
}

/** Column names often stand above the grid, without lines of their own. */
function headAbove({ xs, ys }: Grid, runs: Run[]): Row | null {
  const top = ys[0]!;
  const near = runs.filter((run) =>
    run.baseline < top + 1 && run.baseline > top - 1.6 * run.size &&
    run.left > xs[0]! - 6 && run.right < xs.at(-1)! + 6
  );
  const row = emptyRow(xs);
  for (const run of near) {
    const column = slot(xs, Math.min(Math.max((run.left + run.right) / 2, xs[0]!), xs.at(-1)!));
    if (column >= 0) row[column]!.push(run);
  }
  const filled = row.filter((cell) => cell.length > 0).length;
  return filled >= 2 && filled >= 0.6 * row.length ? row : null;
}

/** Few drawn rows with many lines in several cells: the rows are told by their lines only. */
function splitRow(row: Row, drawnRows: number): Row[] {
  const lines = linesOf(row.flat());
  if (lines.length < 2) return [row];
  const dense = row.length >= 4 && lines.every((line) => line.parts.length >= 0.7 * filledIn(row));
  if (!dense && (drawnRows > 3 || lines.length < 4)) return [row];
  const split = lines.map((line) =>
    row.map((cell) => cell.filter((run) => line.parts.includes(run)))
  );
  if (dense) return split;
  const several = split.filter((part) => filledIn(part) >= 2);
  if (several.length < 3 || several.length < 0.4 * split.length) return [row];
  return mergeContinued(split);
}

function filledIn(row: Row): number {
  return row.filter((cell) => cell.length > 0).length;
}

/** A line with nothing in its first columns goes on with the row above. */
function mergeContinued(rows: Row[]): Row[] {
  const merged: Row[] = [];
  for (const row of rows) {
    const above = merged.at(-1);
    const filled = row.filter((cell) => cell.length > 0).length;
    if (above && row[0]!.length === 0 && filled <= 1) {
      row.forEach((cell, column) => above[column]!.push(...cell));
    } else merged.push(row.map((cell) => [...cell]));
  }
  return merged;
}

/** The text of a cell on one line. */
export function cellText(runs: Run[], hyphens: HyphenRule): Span[] {
  return linesOf(runs).map((line) => line.spans)
    .reduce<Span[]>((all, spans) => all.length ? joinText(all, spans, hyphens) : spans, []);
}
