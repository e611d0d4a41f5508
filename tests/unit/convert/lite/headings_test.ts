import assert from "node:assert/strict";
import { HeadingModel, isCaption, type Neighbours } from "../../../../src/convert/lite/headings.ts";
import type { Line } from "../../../../src/convert/lite/lines.ts";
import { columnOf } from "../../../support/pdf_layout.ts";

const BODY = 10;
const SIZES = [{ size: 20, pages: 3, characters: 90 }, { size: 14, pages: 9, characters: 300 }];
const line = (text: string, look = {}) => columnOf([text], look)[0]!;
const near = (more: Partial<Neighbours> = {}): Neighbours => ({
  above: null,
  below: null,
  leading: 12,
  afterHeading: false,
  columnWidth: 400,
  ...more,
});
const level = (model: HeadingModel, one: Line, more = {}, page = 5) =>
  model.level(one, page, near(more));

Deno.test("sizes give levels, the largest the first", () => {
  const model = new HeadingModel(BODY, SIZES, [], 20);
  assert.equal(level(model, line("Chapter", { size: 20 })), 1);
  assert.equal(level(model, line("Section", { size: 14 })), 2);
  assert.equal(level(model, line("text", { size: 10 })), null);
});

Deno.test("sizes of a cover use up one level only", () => {
  const cover = [60, 48, 40, 33, 26].map((size) => ({ size, pages: 1, characters: 9 }));
  const model = new HeadingModel(BODY, [...cover, ...SIZES], [], 20);
  assert.equal(level(model, line("Title", { size: 60 })), 1);
  assert.equal(level(model, line("Chapter", { size: 20 })), 2);
  assert.equal(level(model, line("Section", { size: 14 })), 3);
});

Deno.test("the outline sets the level, with or without the number, near its page", () => {
  const outline = [
    { title: "Getting Started", level: 1, page: 5 },
    { title: "1.1 Installing It", level: 2, page: 5 },
    { title: "Glossary", level: 3, page: 90 },
  ];
  const model = new HeadingModel(BODY, SIZES, outline, 20);
  const bold = { bold: true };
  assert.equal(level(model, line("1 Getting Started", bold)), 1);
  assert.equal(level(model, line("Installing It", bold)), 2);
  assert.equal(level(model, line("Glossary", bold)), null);
});

Deno.test("a full outline demotes what it lacks, and bold lines are text", () => {
  const outline = ["One", "Two", "Three"].map((title) => ({ title, level: 1, page: 3 }));
  const model = new HeadingModel(BODY, SIZES, outline, 20);
  assert.equal(level(model, line("Unlisted", { size: 20 })), 2);
  assert.equal(level(model, line("Bold Line", { bold: true })), null);
});

Deno.test("a short bold line that stands alone is a heading below the sizes", () => {
  const model = new HeadingModel(BODY, SIZES, [], 20);
  assert.equal(level(model, line("Extending a tree", { bold: true })), 3);
  assert.equal(level(model, line("Note:", { bold: true })), null);
  const [first, second] = columnOf([
    "A bold line that runs on and on, in a",
    "bold paragraph of text",
  ], {
    bold: true,
  });
  assert.equal(level(model, first!, { below: { ...second!, right: 440 } }), null);
});

Deno.test("numbered capitals are a heading, captions and list items are not", () => {
  const model = new HeadingModel(BODY, SIZES, [], 20);
  assert.equal(level(model, line("II. RELATED WORK")), 3);
  assert.equal(level(model, line("Table 2: Results", { bold: true })), null);
  assert.equal(level(model, line("• a bullet in large type", { size: 14 })), null);
  const [one, two] = columnOf(["1. first of a list", "2. second of it"], { size: 14 });
  assert.equal(level(model, one!, { below: two! }), null);
});

Deno.test("entries with leaders are no headings", () => {
  const model = new HeadingModel(BODY, SIZES, [], 20);
  assert.equal(level(model, line("Chapter One ........ 12", { size: 14 })), null);
});

Deno.test("isCaption() knows figures and tables", () => {
  assert.ok(isCaption("Figure 3-1 A thing") && isCaption("Table II: More") && isCaption("Fig. 2."));
  assert.ok(!isCaption("Figures are fun") && !isCaption("Tables"));
});
