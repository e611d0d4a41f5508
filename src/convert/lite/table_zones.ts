/** Where rules above and below, or stripes behind every second row, show that there is a table. */
import type { Line } from "./lines.ts";
import type { Box, Rule } from "./page_data.ts";

export type TableZone = {
  bottom: number;
  /** Heights that part rows; null when only the lines tell. */
  rows: number[] | null;
};

const THIN = 3, SAME = 4;
/** Share of the column that rules and stripes of a table take at least. */
const WIDE = 0.25;
const MOST_ZONES = 12;

/** Zones that may begin with `lines[at]`, the largest first. */
export function zonesFrom(
  lines: Line[],
  at: number,
  column: Box,
  rules: Rule[],
  fills: Box[],
): TableZone[] {
  return [...striped(lines, at, column, fills), ...betweenRules(lines, at, column, rules)];
}

function betweenRules(lines: Line[], at: number, column: Box, rules: Rule[]): TableZone[] {
  const line = lines[at]!, above = lines[at - 1];
  const level = rules.filter((rule) => rule.bottom - rule.top < THIN && isWide(rule, column));
  const over = level.filter((rule) =>
    rule.top < line.baseline - 0.4 * line.size && rule.top > line.baseline - 3 * line.size &&
    (!above || rule.top > above.baseline - 0.2 * line.size)
  ).at(-1);
  // Some tables have no rule above their head, only one below it.
  const under = level.find((rule) =>
    rule.top > line.baseline && rule.top < line.baseline + 1.2 * line.size
  );
  return [over, under].flatMap((top) => top ? zonesBelow(top, line, level) : []);
}

function zonesBelow(top: Rule, line: Line, level: Rule[]): TableZone[] {
  const below = distinct(
    level.filter((rule) =>
      isSameWidth(rule, top) && rule.top > Math.max(line.baseline, top.top + 2)
    )
      .map((rule) => rule.top),
  );
  const heads = top.top > line.baseline ? [top.top] : [];
  return below.slice(0, MOST_ZONES).map((bottom, count) => ({
    bottom,
    // A rule below every row parts rows; one below the head does not.
    rows: count + heads.length >= 3 ? [...heads, ...below.slice(0, count + 1)] : null,
  })).reverse();
}

function striped(lines: Line[], at: number, column: Box, fills: Box[]): TableZone[] {
  const line = lines[at]!;
  const near = fills.filter((fill) =>
    isWide(fill, column) && fill.bottom - fill.top > 0.9 * line.size &&
    fill.bottom - fill.top < 8 * line.size && fill.bottom > line.baseline - line.size
  ).sort((a, b) => a.top - b.top);
  const first = near[0];
  if (!first || first.top > line.baseline + 1.6 * line.size) return [];
  const stripes = [first];
  for (const fill of near.slice(1)) {
    const last = stripes.at(-1)!;
    const high = Math.max(last.bottom - last.top, fill.bottom - fill.top);
    if (isSameWidth(fill, first) && fill.top - last.bottom < 2.5 * high) stripes.push(fill);
  }
  if (stripes.length < 2) return [];
  const rows = distinct(stripes.flatMap((fill) => [fill.top, fill.bottom]));
  const end = stripes.at(-1)!.bottom;
  return [...rowBehind(lines, end), end].map((bottom) => ({ bottom, rows }));
}

const MOST_LINES = 6;

/** Where the row behind the last stripe, which has none of its own, may end: the largest first. */
function rowBehind(lines: Line[], end: number): number[] {
  const ends: number[] = [];
  let below = end;
  for (const line of lines.filter((other) => other.baseline > end)) {
    if (line.baseline - below > 1.4 * line.size || ends.length >= MOST_LINES) break;
    below = line.baseline;
    if (ends.length > 0 && below - ends.at(-1)! < 1) ends.pop();
    ends.push(below + 0.5 * line.size);
  }
  return ends.reverse();
}

function isWide(box: Box, column: Box): boolean {
  return box.right - box.left > WIDE * (column.right - column.left) &&
    box.left > column.left - 12 && box.right < column.right + 12;
}

function isSameWidth(a: Box, b: Box): boolean {
  return Math.abs(a.left - b.left) < SAME && Math.abs(a.right - b.right) < SAME;
}

/** Sorted, of those within two points the first. */
function distinct(heights: number[]): number[] {
  return heights.sort((a, b) => a - b)
    .filter((height, at, all) => at === 0 || height - all[at - 1]! > 2);
}
