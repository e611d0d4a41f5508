import assert from "node:assert/strict";
import type { Paragraph } from "../../../../src/convert/lite/block.ts";
import { Census } from "../../../../src/convert/lite/census.ts";
import { goesOn, joinText, relation } from "../../../../src/convert/lite/paragraphs.ts";
import { type Span, textOf } from "../../../../src/convert/lite/runs.ts";
import { columnOf, runOf } from "../../../support/pdf_layout.ts";

const span = (text: string): Span => ({
  text,
  bold: false,
  italic: false,
  mono: false,
  script: null,
  link: null,
});
const join = (a: string, b: string, census = new Census()) =>
  textOf(joinText([span(a)], [span(b)], census));
const knowing = (text: string) => {
  const census = new Census();
  census.add(1, [runOf(text, 0, 0)]);
  return census;
};

Deno.test("joinText() takes out the hyphens of line ends, and no others", () => {
  assert.equal(join("a para-", "graph"), "a paragraph");
  assert.equal(join("the Anglo-", "Saxons"), "the Anglo-Saxons");
  assert.equal(join("pages 10–", "12"), "pages 10–12");
  assert.equal(join("one line", "and the next"), "one line and the next");
  assert.equal(join("漢字", "仮名"), "漢字仮名");
});

Deno.test("joinText() asks the document whether a word has its hyphen", () => {
  assert.equal(
    join("a well-", "known fact", knowing("it is well-known here")),
    "a well-known fact",
  );
  assert.equal(join("we co-", "operate", knowing("they cooperate here")), "we cooperate");
  assert.equal(join("the Trace-", "Monkey", knowing("in TraceMonkey we")), "the TraceMonkey");
  const both = knowing("the type is specialized here");
  assert.equal(join("be type-", "specialized", both), "be type-specialized");
});

const measure = { leading: 12, right: 250 };
const full = "forty characters fill this line entirely";

Deno.test("relation() joins lines and begins anew at gaps and indents", () => {
  const [first, second] = columnOf([full, "goes on here"]);
  assert.equal(relation([first!], second!, measure), "join");
  const [, far] = columnOf([full, "far below"], { leading: 20 });
  assert.equal(relation([first!], far!, measure), "new");
  const ended = columnOf(["It ends here."])[0]!;
  const indented = columnOf(["Then a new one"], { x: 62, y: 112 })[0]!;
  assert.equal(relation([ended], indented, measure), "new");
});

Deno.test("relation() keeps a hanging indent in its entry and ends it at the margin", () => {
  const entry = columnOf([full])[0]!;
  const hanging = columnOf(["continued below"], { x: 65, y: 112 })[0]!;
  assert.equal(relation([entry], hanging, measure), "join");
  const next = columnOf([full], { y: 124 })[0]!;
  assert.equal(relation([entry, hanging], next, measure), "new");
});

Deno.test("relation() keeps the lines that an author ended", () => {
  const [name, street] = columnOf(["J. Smith", "Main Street"]);
  assert.equal(relation([name!], street!, measure), "break");
  const [cut, rest] = columnOf(["a short hyphen-", "ated line"]);
  assert.equal(relation([cut!], rest!, measure), "join");
});

Deno.test("goesOn() joins an unfinished paragraph with a beginning in lower case only", () => {
  const block = (text: string): Paragraph => ({ kind: "paragraph", spans: [span(text)], depth: 0 });
  assert.ok(goesOn(block("it was not"), block("finished yet.")));
  assert.ok(!goesOn(block("It was finished."), block("finished yet.")));
  assert.ok(!goesOn(block("A line without an end"), block("New sentence")));
});
