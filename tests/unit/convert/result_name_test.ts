import assert from "node:assert/strict";
import fc from "fast-check";
import { markdownName } from "../../../src/convert/result_name.ts";

for (
  const [original, name] of [
    ["paper.pdf", "paper.md"],
    ["Paper.PDF", "Paper.md"],
    ["a.b.pdf", "a.b.md"],
    ["no ending", "no ending.md"],
    ["Überblick 日本語.pdf", "Überblick 日本語.md"],
    ["U\u0308ber.pdf", "Über.md"],
    ["library/rules/core.pdf", "core.md"],
    ["../../etc/passwd", "passwd.md"],
    ["C:\\books\\x.pdf", "C__books_x.md"],
    ['a<b>:"|?*.pdf', "a_b______.md"],
    ["line\nbreak\0.pdf", "line_break_.md"],
    ["evil\u202Efdp.pdf", "evil_fdp.md"],
    ["..pdf", "source.md"],
    [".pdf", "source.md"],
    ["..", "source.md"],
    ["", "source.md"],
    ["???.pdf", "source.md"],
    [" .hidden. .pdf", "hidden.md"],
    ["CON.pdf", "_CON.md"],
    ["com1.x.pdf", "_com1.x.md"],
    ["console.pdf", "console.md"],
    ["\uD800lone.pdf", "_lone.md"],
  ] as const
) {
  Deno.test(`markdownName() makes ${name} of ${JSON.stringify(original)}`, () => {
    assert.equal(markdownName(original), name);
  });
}

Deno.test("markdownName() is a safe name of at most 204 bytes, whatever it is made of", () => {
  const names = fc.string({ unit: "binary", maxLength: 400 });
  fc.assert(fc.property(names, (original) => {
    const name = markdownName(original);
    assert(new TextEncoder().encode(name).length <= 204, name);
    assert(/^[^/\\\p{Cc}.][^/\\\p{Cc}]*\.md$/u.test(name) && name.isWellFormed(), name);
  }));
});
