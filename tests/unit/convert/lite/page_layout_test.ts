import assert from "node:assert/strict";
import type { Block } from "../../../../src/convert/lite/block.ts";
import { Census } from "../../../../src/convert/lite/census.ts";
import { FurnitureIndex } from "../../../../src/convert/lite/furniture.ts";
import { HeadingModel } from "../../../../src/convert/lite/headings.ts";
import { plainText } from "../../../../src/convert/lite/inline.ts";
import type { Glyph, PageData } from "../../../../src/convert/lite/page_data.ts";
import { layoutPage } from "../../../../src/convert/lite/page_layout.ts";
import { glyphsOf, pageOf } from "../../../support/pdf_layout.ts";

const facts = {
  census: new Census(),
  headings: new HeadingModel(10, [{ size: 16, pages: 3, characters: 99 }], [], 10),
  bodySize: 10,
  monoDocument: false,
};

function layout(glyphs: Glyph[], more: Partial<PageData> = {}) {
  const { columns, footnotes } = layoutPage(pageOf(glyphs, more), facts, new FurnitureIndex());
  return { blocks: columns.flat().map(brief), footnotes: footnotes.map(brief) };
}

function brief(block: Block): string {
  if (block.kind === "picture") return `picture ${block.image}`;
  if (block.kind === "table" || block.kind === "code") return block.kind;
  const words = plainText(block.spans);
  if (block.kind === "heading") return `h${block.level} ${words}`;
  return block.kind === "item" ? `${block.depth}${block.marker} ${words}` : words;
}

const lines = (texts: string[], x = 50, y = 100, look = {}) =>
  texts.flatMap((text, at) => glyphsOf(text, x, y + at * 12, look));
const FULL = "a line of text that goes from one side of the column right to the other";

Deno.test("a page becomes a heading, paragraphs and a nested list", () => {
  const { blocks } = layout([
    ...glyphsOf("On Lists", 50, 80, { size: 16 }),
    ...lines([FULL, "and ends."], 50, 110),
    ...glyphsOf("• first", 60, 150),
    ...glyphsOf("◦ inner", 80, 162),
    ...glyphsOf("• second", 60, 174),
    ...lines([FULL, "after it."], 50, 200),
  ]);
  assert.deepEqual(blocks, [
    "h1 On Lists",
    `${FULL} and ends.`,
    "0- first",
    "1- inner",
    "0- second",
    `${FULL} after it.`,
  ]);
});

Deno.test("small text below a short rule is kept out of the text", () => {
  const { blocks, footnotes } = layout(
    [
      ...lines([FULL, FULL], 50, 100),
      ...glyphsOf("1 A note below the rule that explains", 50, 700, { size: 8 }),
      ...glyphsOf("2 Another note", 50, 710, { size: 8 }),
    ],
    { rules: [{ left: 50, right: 120, top: 688, bottom: 688.5 }] },
  );
  assert.deepEqual(blocks, [`${FULL} ${FULL}`]);
  assert.deepEqual(footnotes, ["1 A note below the rule that explains", "2 Another note"]);
});

Deno.test("labels inside a drawing belong to its picture", () => {
  const curves = Array.from({ length: 6 }, (_, at) => ({
    left: 60 + at * 20,
    right: 85 + at * 20,
    top: 300,
    bottom: 380,
  }));
  const { blocks } = layout(
    [...lines([FULL, "and more."], 50, 100), ...glyphsOf("axis", 100, 350)],
    { drawings: curves },
  );
  assert.deepEqual(blocks, [`${FULL} and more.`, "picture null"]);
});

Deno.test("an image has its place among the paragraphs, the page's ground has none", () => {
  const image = {
    left: 50,
    right: 250,
    top: 200,
    bottom: 300,
    index: 0,
    pixelWidth: 400,
    pixelHeight: 200,
  };
  const ground = { ...image, left: 0, right: 600, top: 0, bottom: 800, index: 1 };
  const { blocks } = layout(
    [...lines([FULL, "before."], 50, 100), ...lines([FULL, "after."], 50, 340)],
    { images: [ground, image] },
  );
  assert.deepEqual(blocks, [`${FULL} before.`, "picture 0", `${FULL} after.`]);
});

Deno.test("entries of a table of contents become a list with their pages", () => {
  const { blocks } = layout([
    ...glyphsOf("1 Beginnings ............ 3", 50, 100),
    ...glyphsOf("1.1 The first ........... 4", 65, 112),
    ...glyphsOf("2 Endings ............... 9", 50, 124),
  ]);
  assert.deepEqual(blocks, ["0- 1 Beginnings … 3", "1- 1.1 The first … 4", "0- 2 Endings … 9"]);
});
