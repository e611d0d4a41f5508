import assert from "node:assert/strict";
import type { WrittenBlock } from "../../../../src/convert/lite/block.ts";
import { Census } from "../../../../src/convert/lite/census.ts";
import { Flow } from "../../../../src/convert/lite/flow.ts";
import { plainText } from "../../../../src/convert/lite/inline.ts";

const span = (text: string) => ({
  text,
  bold: false,
  italic: false,
  mono: false,
  script: null,
  link: null,
});
const text = (words: string): WrittenBlock => ({
  kind: "paragraph",
  depth: 0,
  spans: [span(words)],
});
const picture: WrittenBlock = { kind: "file", name: "p.png", alt: "p" };
const note = (words: string): WrittenBlock => ({ kind: "footnote", spans: [span(words)] });
const table = (...rows: string[]): WrittenBlock => ({
  kind: "table",
  headed: true,
  columns: [{ left: 50, right: 90 }, { left: 100, right: 140 }],
  rows: rows.map((row) => row.split("|").map((cell) => [span(cell)])),
});

function flow(columns: WrittenBlock[][], notes: WrittenBlock[] = []): string[] {
  const one = new Flow(new Census());
  const out = columns.flatMap((column, at) => [
    ...one.column(column),
    ...(at === 0 ? one.footnotes(notes) : []),
  ]);
  return [...out, ...one.end()].map((block) =>
    block.kind === "file"
      ? "[picture]"
      : block.kind === "table"
      ? block.rows.map((row) => row.map(plainText).join("|")).join(" / ")
      : block.kind === "code" || block.kind === "note"
      ? block.kind
      : plainText(block.spans)
  );
}

Deno.test("a paragraph goes on in the next column, and pictures and notes come after it", () => {
  assert.deepEqual(
    flow([[text("It was un-"), picture], [picture, text("finished here."), text("Next.")]], [
      note("1 A note"),
    ]),
    ["It was unfinished here.", "[picture]", "1 A note", "[picture]", "Next."],
  );
});

Deno.test("a finished paragraph stays apart", () => {
  assert.deepEqual(flow([[text("It was finished.")], [text("then more")]]), [
    "It was finished.",
    "then more",
  ]);
});

Deno.test("a paragraph may go on over three columns", () => {
  assert.deepEqual(flow([[text("one")], [text("two")], [text("three.")]]), ["one two three."]);
});

Deno.test("a table goes on overleaf, its names once", () => {
  assert.deepEqual(flow([[table("N|A", "x|1")], [table("N|A", "y|2")]]), ["N|A / x|1 / y|2"]);
  assert.deepEqual(flow([[table("N|A", "x|1")], [table("y|2")]]), ["N|A / x|1 / y|2"]);
});

Deno.test("pages with pictures only are not held back for ever", () => {
  const pages = Array.from({ length: 40 }, () => [picture]);
  const one = new Flow(new Census());
  one.column([text("unfinished")]);
  assert.ok(pages.flatMap((page) => one.column(page)).length > 20);
});
