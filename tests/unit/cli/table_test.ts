import assert from "node:assert/strict";
import { renderFields, renderTable } from "../../../src/cli/table.ts";
import { painter, widthOf } from "../../../src/cli/text.ts";

const plain = painter(false);
const heads = [
  { title: "hash" },
  { title: "size", align: "right" as const },
  { title: "file", flex: "middle" as const },
];
const rows = [
  ["abc", "1 kB", "library/very/deep/folder/rules.pdf"],
  ["abcdef", "12 MB", "short.pdf"],
];

Deno.test("renderTable() aligns columns and leaves no blanks at line ends", () => {
  assert.deepEqual(renderTable(heads, rows, { columns: null, paint: plain }), [
    "hash     size  file",
    "abc      1 kB  library/very/deep/folder/rules.pdf",
    "abcdef  12 MB  short.pdf",
  ]);
});

Deno.test("renderTable() cuts flexible columns to the terminal, the end of a path stays", () => {
  const lines = renderTable(heads, rows, { columns: 35, paint: plain });
  assert.ok(lines.every((line) => widthOf(line) <= 35), lines.join("\n"));
  assert.match(lines[1]!, /^abc {6}1 kB {2}librar.*….*rules\.pdf$/);
});

Deno.test("renderTable() measures wide characters and colours in columns", () => {
  const wide = [{ title: "name" }, { title: "n", align: "right" as const }];
  const lines = renderTable(wide, [["日本", "1"], [{ text: "ab", style: "red" }, "22"]], {
    columns: 80,
    paint: painter(true),
  });
  assert.deepEqual(lines.map(widthOf), [8, 8, 8]);
  assert.ok(lines[2]!.startsWith("\x1b[31mab\x1b[39m"));
});

Deno.test("renderFields() breaks long values at spaces and cuts nothing", () => {
  const lines = renderFields([["error", "one two three four five"], ["none", undefined]], {
    columns: 24,
    paint: plain,
  });
  assert.deepEqual(lines, ["  error  one two three", "         four five"]);
});
