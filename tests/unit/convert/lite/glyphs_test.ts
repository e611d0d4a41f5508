import assert from "node:assert/strict";
import { pictureShare, readability, uprightPage } from "../../../../src/convert/lite/glyphs.ts";
import { glyphsOf, pageOf } from "../../../support/pdf_layout.ts";

const textOf = (page: { glyphs: { text: string }[] }) =>
  page.glyphs.map((glyph) => glyph.text).join("");

Deno.test("uprightPage() turns a page by what most of its text does, and drops the rest", () => {
  // Text that runs up the page: each character above the one before.
  const upward = [..."upward"].map((text, at) => ({
    ...glyphsOf(text, 0, 0, { turn: 1 })[0]!,
    x: 100,
    baseline: 700 - at * 5,
    left: 92,
    right: 102,
    top: 695 - at * 5,
    bottom: 700 - at * 5,
  }));
  const stamp = glyphsOf("no", 10, 10);
  const page = uprightPage(pageOf([...stamp, ...upward]));
  assert.equal(textOf(page), "upward");
  assert.deepEqual([page.width, page.height, page.turned], [800, 600, 1]);
  assert.ok(page.glyphs[0]!.x < page.glyphs[5]!.x);
  assert.equal(page.glyphs[0]!.baseline, page.glyphs[5]!.baseline);
});

Deno.test("uprightPage() drops text outside the page and text that is printed twice", () => {
  const twice = [...glyphsOf("bold", 50, 100), ...glyphsOf("bold", 50.4, 100)];
  const page = uprightPage(pageOf([...twice, ...glyphsOf("out", 700, 100)]));
  assert.equal(textOf(page), "bold");
});

Deno.test("uprightPage() keeps both letters of a ligature, which share one place", () => {
  const [f] = glyphsOf("f", 50, 100);
  assert.equal(textOf(uprightPage(pageOf([f!, { ...f! }, ...glyphsOf("i", 55, 100)]))), "ffi");
});

Deno.test("uprightPage() makes plain letters of ligatures, accents and private bullets", () => {
  const [accent] = glyphsOf("¨", 60, 100);
  const page = uprightPage(pageOf([
    ...glyphsOf("ﬁ", 50, 100),
    accent!,
    ...glyphsOf("ı", 60, 100),
    ...glyphsOf("\uf0b7", 70, 100),
  ]));
  assert.equal(textOf(page), "fiï•");
});

Deno.test("readability() tells text, scans, blank pages and unknown characters apart", () => {
  const text = glyphsOf("enough words on this page to be taken for its content", 50, 100);
  const scan = {
    left: 0,
    top: 0,
    right: 600,
    bottom: 700,
    index: 0,
    pixelWidth: 9,
    pixelHeight: 9,
  };
  assert.equal(readability(pageOf(text)), "text");
  assert.equal(readability(pageOf([])), "blank");
  assert.equal(readability(pageOf([], { images: [scan] })), "picture");
  assert.equal(readability(pageOf(glyphsOf("7", 50, 100), { images: [scan] })), "picture");
  assert.equal(readability(pageOf(text, { images: [scan] })), "text");
  const unknown = text.map((glyph, at) => ({ ...glyph, unmapped: at % 3 === 0 }));
  assert.equal(readability(pageOf(unknown)), "garbage");
});

Deno.test("a scan that is cut into strips still covers its page", () => {
  const strips = Array.from({ length: 10 }, (_, at) => ({
    left: 0,
    right: 600,
    top: at * 80,
    bottom: at * 80 + 80,
    index: at,
    pixelWidth: 600,
    pixelHeight: 80,
  }));
  assert.equal(pictureShare(pageOf([], { images: strips })), 1);
  assert.equal(readability(pageOf([], { images: strips })), "picture");
});
