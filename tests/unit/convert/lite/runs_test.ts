import assert from "node:assert/strict";
import { runsOf, textOf } from "../../../../src/convert/lite/runs.ts";
import { glyphsOf } from "../../../support/pdf_layout.ts";

const texts = (runs: ReturnType<typeof runsOf>) => runs.map((run) => textOf(run.spans));

Deno.test("runsOf() parts text at wide gaps only", () => {
  const glyphs = [...glyphsOf("one two", 50, 100), ...glyphsOf("apart", 120, 100)];
  assert.deepEqual(texts(runsOf(glyphs)), ["one two", "apart"]);
});

Deno.test("runsOf() sees a space where there is a gap, though the text has none", () => {
  const glyphs = [...glyphsOf("one", 50, 100), ...glyphsOf("two", 68, 100)];
  assert.deepEqual(texts(runsOf(glyphs)), ["one two"]);
});

Deno.test("runsOf() joins words of one line that the page draws in any order", () => {
  const glyphs = [
    ...glyphsOf("second", 85, 100),
    ...glyphsOf("line", 50, 140),
    ...glyphsOf("first", 57, 100),
  ];
  assert.deepEqual(texts(runsOf(glyphs)), ["first second", "line"]);
});

Deno.test("runsOf() does not go across a rule between two cells", () => {
  const glyphs = [...glyphsOf("12", 50, 100), ...glyphsOf("34", 63, 100)];
  const rule = { left: 61, right: 61.5, top: 80, bottom: 120 };
  assert.deepEqual(texts(runsOf(glyphs, [], [rule])), ["12", "34"]);
});

Deno.test("runsOf() tells raised and lowered small text", () => {
  const run = runsOf([
    ...glyphsOf("text", 50, 100),
    ...glyphsOf("1", 70, 96, { size: 6 }),
    ...glyphsOf("n", 74, 102, { size: 6 }),
  ])[0]!;
  assert.deepEqual(run.spans.map(({ text, script }) => [text, script]), [
    ["text", null],
    ["1", "super"],
    ["n", "sub"],
  ]);
  assert.equal(run.size, 10);
});

Deno.test("runsOf() gives text inside a link its address", () => {
  const link = { left: 79, right: 101, top: 90, bottom: 104, url: "https://example.org/" };
  const run = runsOf(glyphsOf("go to this page", 50, 100), [link])[0]!;
  assert.deepEqual(run.spans.map((span) => [span.text, span.link]), [
    ["go to ", null],
    ["this ", link.url],
    ["page", null],
  ]);
});

Deno.test("runsOf() takes small capitals for as large as their capitals", () => {
  const glyphs = [
    ...glyphsOf("I", 50, 100, { size: 12 }),
    ...glyphsOf("NTRO", 56, 100, { size: 9 }),
    ...glyphsOf("T", 74, 100, { size: 12 }),
    ...glyphsOf("EXT", 80, 100, { size: 9 }),
  ];
  assert.equal(runsOf(glyphs)[0]!.size, 12);
});

Deno.test("runsOf() leaves out ornaments and text that nobody can read", () => {
  const unknown = glyphsOf("abcdef", 50, 140).map((glyph) => ({ ...glyph, unmapped: true }));
  assert.deepEqual(texts(runsOf([...glyphsOf("❚❘❙❚❘❙", 50, 100), ...unknown])), []);
});

Deno.test("runsOf() keeps right-to-left text in the order that the page gives", () => {
  // "shalom": the first letter stands rightmost.
  const glyphs = [..."שלום"].map((text, at) => ({ ...glyphsOf(text, 100 - at * 5, 100)[0]! }));
  assert.deepEqual(texts(runsOf(glyphs)), ["שלום"]);
  assert.equal(runsOf(glyphs)[0]!.rightToLeft, true);
});
