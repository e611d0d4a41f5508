import assert from "node:assert/strict";
import type { Table } from "../../../../src/convert/lite/block.ts";
import { Census } from "../../../../src/convert/lite/census.ts";
import { linesOf } from "../../../../src/convert/lite/lines.ts";
import type { Rule } from "../../../../src/convert/lite/page_data.ts";
import { ruledTables } from "../../../../src/convert/lite/ruled_tables.ts";
import { runsOf, textOf } from "../../../../src/convert/lite/runs.ts";
import { groupRows } from "../../../../src/convert/lite/table_rows.ts";
import { zonesFrom } from "../../../../src/convert/lite/table_zones.ts";
import { spacedTable, zonedTable } from "../../../../src/convert/lite/spaced_tables.ts";
import { glyphsOf, runOf } from "../../../support/pdf_layout.ts";

const words = (table: Table) => table.rows.map((row) => row.map((cell) => textOf(cell)));

function grid(xs: number[], ys: number[]): Rule[] {
  const across = ys.map((y) => ({ left: xs[0]!, right: xs.at(-1)!, top: y, bottom: y + 0.5 }));
  const down = xs.map((x) => ({ left: x, right: x + 0.5, top: ys[0]!, bottom: ys.at(-1)! }));
  return [...across, ...down];
}

/** Rows of cells at the columns' left edges, 15 points apart. */
function cellRuns(rows: string[][], xs: number[], y: number, step = 15) {
  return rows.flatMap((row, at) =>
    row.flatMap((text, column) => text === "" ? [] : [runOf(text, xs[column]!, y + at * step)])
  );
}

Deno.test("ruledTables() reads a drawn grid, with empty cells and lines in cells", () => {
  const runs = [
    ...cellRuns([["Name", "Age"], ["Ann", "7"], ["Bob", ""]], [52, 152], 112, 20),
    runOf("Lee", 52, 164),
    runOf("outside", 52, 300),
  ];
  const [found, ...more] = ruledTables(
    grid([50, 150, 250], [100, 120, 140, 170]),
    runs,
    new Census(),
  );
  assert.equal(more.length, 0);
  assert.deepEqual(words(found!.table), [["Name", "Age"], ["Ann", "7"], ["Bob Lee", ""]]);
  assert.equal(found!.used.size, 6);
});

Deno.test("ruledTables() takes names above the grid as its first row", () => {
  const runs = cellRuns([["Name", "Age"], ["Ann", "7"], ["Bob", "9"]], [52, 152], 97);
  const [found] = ruledTables(grid([50, 150, 250], [100, 117, 132]), runs, new Census());
  assert.deepEqual(words(found!.table), [["Name", "Age"], ["Ann", "7"], ["Bob", "9"]]);
});

Deno.test("ruledTables() parts rows that only their lines tell", () => {
  const body = [["a", "1", "2", "3"], ["b", "4", "5", "6"], ["c", "7", "8", "9"]];
  const xs = [50, 100, 150, 200, 250];
  const runs = [
    ...cellRuns([["N", "X", "Y", "Z"]], xs.map((x) => x + 5), 112),
    ...cellRuns(body, xs.map((x) => x + 5), 132),
  ];
  const [found] = ruledTables(grid(xs, [100, 120, 175]), runs, new Census());
  assert.deepEqual(words(found!.table), [["N", "X", "Y", "Z"], ...body]);
});

Deno.test("ruledTables() leaves frames and empty grids alone", () => {
  const runs = [runOf("text in a box", 60, 120)];
  assert.deepEqual(ruledTables(grid([50, 250], [100, 140]), runs, new Census()), []);
  assert.deepEqual(
    ruledTables(grid([50, 100, 150, 200, 250], [100, 120, 140, 160, 180]), runs, new Census()),
    [],
  );
});

Deno.test("spacedTable() reads rows whose parts stand above one another", () => {
  const rows = [["Head", "Other"], ["one", "first"], ["two", "second"], ["", "goes on"]];
  const lines = linesOf(cellRuns(rows, [50, 150], 100, 12));
  const found = spacedTable(lines, 0, new Census(), false)!;
  assert.equal(found.count, 4);
  assert.deepEqual(words(found.table), [["Head", "Other"], ["one", "first"], [
    "two",
    "second goes on",
  ]]);
});

Deno.test("spacedTable() takes neither prose, nor lists, nor two rows of two", () => {
  const prose = Array.from(
    { length: 4 },
    () => ["a long line of words that fills all", "and so on to the right of it, full"],
  );
  assert.equal(
    spacedTable(linesOf(cellRuns(prose, [50, 240], 100, 12)), 0, new Census(), false),
    null,
  );
  const list = [["1.", "first"], ["2.", "second"], ["3.", "third"]];
  assert.equal(
    spacedTable(linesOf(cellRuns(list, [50, 80], 100, 12)), 0, new Census(), false),
    null,
  );
  const few = [["a", "b"], ["c", "d"]];
  assert.equal(
    spacedTable(linesOf(cellRuns(few, [50, 150], 100, 12)), 0, new Census(), false),
    null,
  );
});

/** The largest zone from the first line that its lines agree with. */
function shown(lines: ReturnType<typeof linesOf>, rules: Rule[], fills: Rule[] = []) {
  const column = { left: 50, right: 450, top: 0, bottom: 800 };
  return zonesFrom(lines, 0, column, rules, fills)
    .map((zone) => zonedTable(lines, 0, zone, new Census(), false))
    .find((table) => table !== null) ?? null;
}
const rule = (y: number): Rule => ({ left: 50, right: 450, top: y, bottom: y + 0.5 });

Deno.test("zonedTable() reads a head and a single row between rules", () => {
  const lines = linesOf(
    cellRuns([["Option", "Meaning"], ["--json", "for programs"]], [52, 200], 110),
  );
  const found = shown(lines, [rule(100), rule(114), rule(130)])!;
  assert.deepEqual(words(found.table), [["Option", "Meaning"], ["--json", "for programs"]]);
});

Deno.test("zonedTable() does not take a sentence, a caption or a list between rules for a table", () => {
  const two = (first: string, second: string) =>
    linesOf([
      runOf(first, 52, 110),
      runOf(second, 200, 110),
      runOf("one", 52, 122),
      runOf("two", 200, 122),
    ]);
  assert.equal(shown(two("Table 1: Things", "and more"), [rule(100), rule(130)]), null);
  assert.equal(shown(two("1.", "an item"), [rule(100), rule(130)]), null);
  const prose = linesOf([
    ...cellRuns([["a", "b"], ["c", "d"]], [52, 200], 110),
    runOf("a-sentence-that-runs-on-over-both-of-the-columns", 52, 140),
  ]);
  assert.equal(shown(prose, [rule(100), rule(150)]), null);
});

Deno.test("stripes tell the rows, and the last row needs none", () => {
  const lines = linesOf([
    ...cellRuns([["d6", "Debt"]], [52, 200], 96),
    ...cellRuns([["1", "a long one"], ["", "that wraps"]], [52, 200], 110, 12),
    ...cellRuns([["2", "a short one"]], [52, 200], 136),
    ...cellRuns([["3", "another"], ["", "in two lines"]], [52, 200], 150, 12),
    ...cellRuns([["4", "the last"]], [52, 200], 176),
  ]);
  const stripe = (top: number, bottom: number) => ({ left: 50, right: 450, top, bottom });
  const found = shown(lines, [], [stripe(100, 126), stripe(140, 166)])!;
  assert.deepEqual(words(found.table), [
    ["d6", "Debt"],
    ["1", "a long one that wraps"],
    ["2", "a short one"],
    ["3", "another in two lines"],
    ["4", "the last"],
  ]);
});

Deno.test("spacedTable() parts names that nearly touch by the columns below them", () => {
  // "Guard" ends at 117, "Wounds" begins three points behind it.
  const lines = linesOf([
    ...cellRuns([["Arm", "Guard", "Pace"]], [52, 92, 172], 100),
    runOf("Wounds", 120, 100),
    ...cellRuns([["3", "5", "2", "4"]], [57, 102, 132, 179], 112),
  ]);
  const found = spacedTable(lines, 0, new Census(), false)!;
  assert.deepEqual(words(found.table), [["Arm", "Guard", "Wounds", "Pace"], ["3", "5", "2", "4"]]);
});

Deno.test("gaps of justified text that happen to meet are no table", () => {
  // Gaps of six points: wider than a space, narrower than what parts runs.
  const rows = [["metus_a_mii", "orci_et", "mollis"], ["Suspendisse", "Cras_ne", "Pellen"]];
  const glyphs = rows.flatMap((row, at) =>
    row.flatMap((text, column) => glyphsOf(text, [50, 111.5, 153][column]!, 100 + at * 12))
  );
  const lines = linesOf(runsOf(glyphs));
  assert.equal(lines[0]!.parts.length, 1);
  assert.equal(spacedTable(lines, 0, new Census(), false), null);
});

Deno.test("groupRows() goes by the larger gaps, else by empty first cells", () => {
  const at = (ys: number[]) => linesOf(ys.map((y) => runOf("text", 50, y)));
  const full = (count: number) => Array.from({ length: count }, () => [true, true]);
  assert.deepEqual(groupRows(at([100, 111, 126, 137, 152]), full(5), null), [[0, 1], [2, 3], [4]]);
  const wraps = [[true, true], [true, true], [false, true]];
  assert.deepEqual(groupRows(at([100, 112, 124]), wraps, null), [[0], [1, 2]]);
  assert.deepEqual(groupRows(at([100, 112, 124, 136]), full(4), [90, 140]), [[0], [1], [2], [3]]);
});
