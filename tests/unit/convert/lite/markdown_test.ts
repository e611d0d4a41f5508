import assert from "node:assert/strict";
import fc from "fast-check";
import {
  escapeLineStart,
  escapeText,
  inlineMarkdown,
} from "../../../../src/convert/lite/inline.ts";
import { MarkdownWriter } from "../../../../src/convert/lite/markdown.ts";
import type { WrittenBlock } from "../../../../src/convert/lite/block.ts";
import type { Span } from "../../../../src/convert/lite/runs.ts";

const span = (text: string, look: Partial<Span> = {}): Span => ({
  text,
  bold: false,
  italic: false,
  mono: false,
  script: null,
  link: null,
  ...look,
});
const write = (blocks: WrittenBlock[]) => {
  const writer = new MarkdownWriter();
  return blocks.map((block) => writer.write(block)).join("") + writer.end();
};

Deno.test("emphasis goes tight around the words", () => {
  assert.equal(
    inlineMarkdown([span("a "), span("bold ", { bold: true }), span("b")]),
    "a **bold** b",
  );
  const both = { bold: true, italic: true };
  assert.equal(
    inlineMarkdown([span("x ", { bold: true }), span("y", both), span(" z")]),
    "**x *y*** z",
  );
});

Deno.test("emphasis that CommonMark would not read is left out", () => {
  assert.equal(inlineMarkdown([span("(a)", { bold: true }), span("b")]), "(a)b");
  assert.equal(inlineMarkdown([span("a"), span(" – ", { bold: true }), span("b")]), "a – b");
});

Deno.test("code, scripts, links and hard line ends", () => {
  assert.equal(inlineMarkdown([span("run "), span("a`b", { mono: true })]), "run ``a`b``");
  assert.equal(inlineMarkdown([span("x"), span("2", { script: "super" })]), "x<sup>2</sup>");
  const link = "https://example.org/a";
  assert.equal(inlineMarkdown([span("see "), span("here", { link })]), `see [here](${link})`);
  assert.equal(inlineMarkdown([span(link, { link })]), `<${link}>`);
  assert.equal(inlineMarkdown([span("one\ntwo", { bold: true })]), "**one**  \n**two**");
});

Deno.test("signs that Markdown would take for its own are escaped", () => {
  assert.equal(
    escapeText("2*3 * 4 <b> a_b _c_ [x](y) &amp; `"),
    "2\\*3 * 4 \\<b> a_b \\_c\\_ \\[x](y) \\&amp; \\`",
  );
  assert.equal(escapeLineStart("# no heading"), "\\# no heading");
  assert.equal(escapeLineStart("1. no list"), "1\\. no list");
  assert.equal(escapeLineStart("- no list"), "\\- no list");
  assert.equal(escapeLineStart("> no quote"), "\\> no quote");
  assert.equal(escapeLineStart("[1]: no definition"), "\\[1]: no definition");
  assert.equal(escapeLineStart("-5 and #tag stay"), "-5 and #tag stay");
});

Deno.test("the letters and digits of any text survive", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.boolean(), (text, bold) => {
      const bare = (s: string) => s.replace(/[^\p{L}\p{N}]/gu, "");
      assert.equal(bare(inlineMarkdown([span(text, { bold })])), bare(text));
    }),
  );
});

Deno.test("lists nest by the width of the markers around them", () => {
  assert.equal(
    write([
      { kind: "item", depth: 0, marker: "10.", spans: [span("ten")] },
      { kind: "item", depth: 1, marker: "-", spans: [span("inner")] },
      { kind: "paragraph", depth: 2, spans: [span("more of inner")] },
      { kind: "item", depth: 0, marker: "11.", spans: [span("eleven")] },
      { kind: "paragraph", depth: 0, spans: [span("after")] },
    ]),
    "10. ten\n    - inner\n\n      more of inner\n\n11. eleven\n\nafter\n",
  );
});

Deno.test("tables, code, headings, pictures and notes have their forms", () => {
  assert.equal(
    write([
      { kind: "heading", level: 2, spans: [span("A *star*", { bold: true })] },
      {
        kind: "table",
        headed: true,
        columns: [],
        rows: [[[span("a|b", { bold: true })], [span("c")]], [[span("d")], []]],
      },
      { kind: "code", lines: ["if (x)", "  ```"] },
      { kind: "file", name: "page-0001-1.png", alt: "Figure 1" },
      { kind: "note", text: "page 2: not read, needs OCR" },
    ]),
    [
      "## A \\*star\\*",
      "| a\\|b | c |\n| --- | --- |\n| d |  |",
      "````\nif (x)\n  ```\n````",
      "![Figure 1](page-0001-1.png)",
      "<!-- page 2: not read, needs OCR -->\n",
    ].join("\n\n"),
  );
});
