import assert from "node:assert/strict";
import type { Table } from "../../../../src/convert/lite/block.ts";
import { Census } from "../../../../src/convert/lite/census.ts";
import { linesOf } from "../../../../src/convert/lite/lines.ts";
import type { Rule } from "../../../../src/convert/lite/page_data.ts";
import { ruledTables } from "../../../../src/convert/lite/ruled_tables.ts";
import { textOf } from "../../../../src/convert/lite/runs.ts";
import { spacedTable } from "../../../../src/convert/lite/spaced_tables.ts";
import { runOf } from "../../../support/pdf_layout.ts";

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
