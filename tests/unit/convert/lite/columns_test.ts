import assert from "node:assert/strict";
import { type Item, readingOrder } from "../../../../src/convert/lite/columns.ts";
import type { Rule } from "../../../../src/convert/lite/page_data.ts";
import { textOf } from "../../../../src/convert/lite/runs.ts";
import { runOf } from "../../../support/pdf_layout.ts";

function item(text: string, x: number, y: number): Item<string> {
  const run = runOf(text, x, y);
  const { left, top, right, bottom } = run;
  return { left, top, right, bottom, kind: "run", run, block: null };
}

/** Ten lines of 40 characters (200 points) each. */
function column(name: string, x: number, y: number, count = 10): Item<string>[] {
  return Array.from(
    { length: count },
    (_, at) => item(`${name}${at} ${"m".repeat(39 - `${name}${at}`.length)}`, x, y + at * 12),
  );
}

/** The first word of each item, region by region. */
function order(items: Item<string>[], walls: Rule[] = []): string[] {
  return readingOrder(items, 10, { rules: walls, stripes: [] }).map((region) =>
    [...region.items].sort((a, b) => a.top - b.top)
      .map((i) => i.run ? textOf(i.run.spans).split(" ")[0] : i.block).join(" ")
  );
}

const names = (name: string, count = 10) =>
  Array.from({ length: count }, (_, at) => `${name}${at}`).join(" ");

Deno.test("readingOrder() reads columns one after the other, below a title across them", () => {
  const title = item("Title " + "m".repeat(60), 100, 50);
  assert.deepEqual(order([title, ...column("a", 50, 100), ...column("b", 270, 100)]), [
    "Title",
    names("a"),
    names("b"),
  ]);
});

Deno.test("readingOrder() reads three columns whose lines are not level", () => {
  const items = [
    ...column("c", 490, 104),
    ...column("a", 50, 100),
    ...column("b", 270, 107),
  ];
  assert.deepEqual(order(items), [names("a"), names("b"), names("c")]);
});

Deno.test("readingOrder() starts anew below a line that goes across the columns", () => {
  const items = [
    ...column("a", 50, 100, 4),
    ...column("b", 270, 100, 4),
    item("across " + "m".repeat(70), 50, 160),
    ...column("c", 50, 190, 4),
    ...column("d", 270, 190, 4),
  ];
  assert.deepEqual(order(items), [
    names("a", 4),
    names("b", 4),
    "across",
    names("c", 4),
    names("d", 4),
  ]);
});

Deno.test("readingOrder() does not read over a rule across the page", () => {
  const items = [
    ...column("a", 50, 100, 4),
    ...column("b", 270, 100, 4),
    ...column("c", 50, 160, 4),
    ...column("d", 270, 160, 4),
  ];
  const wall = { left: 50, right: 470, top: 147, bottom: 148 };
  assert.deepEqual(order(items, [wall]), [
    names("a", 4),
    names("b", 4),
    names("c", 4),
    names("d", 4),
  ]);
});

Deno.test("readingOrder() leaves the rows of a table together", () => {
  const rows = Array.from({ length: 6 }, (_, at) => [
    item(`name${at}`, 50, 100 + at * 12),
    item(`a value of some length ${at}`, 200, 100 + at * 12),
  ]).flat();
  assert.equal(readingOrder(rows, 10).length, 1);
});

Deno.test("readingOrder() keeps a short heading with the full-width text below the columns", () => {
  const wide = Array.from(
    { length: 3 },
    (_, at) => item("wide " + "m".repeat(75), 50, 300 + at * 12),
  );
  const items = [
    ...column("a", 50, 100),
    ...column("b", 270, 100),
    item("Heading", 50, 286),
    ...wide,
  ];
  assert.deepEqual(order(items), [names("a"), names("b"), "Heading wide wide wide"]);
});

Deno.test("readingOrder() gives a picture its place in its column", () => {
  const picture: Item<string> = {
    left: 270,
    right: 470,
    top: 60,
    bottom: 95,
    kind: "block",
    run: null,
    block: "picture",
  };
  assert.deepEqual(order([...column("a", 50, 70), ...column("b", 270, 110, 6), picture]), [
    names("a"),
    `picture ${names("b", 6)}`,
  ]);
});
