import assert from "node:assert/strict";
import fc from "fast-check";
import { cut, cutMiddle, safe, widthOf, wrap } from "../../../src/cli/text.ts";

Deno.test("cut() and cutMiddle() never give more columns than asked for", () => {
  fc.assert(fc.property(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.integer({ min: 2, max: 40 }),
    (text, width) => {
      assert.ok(widthOf(cut(text, width)) <= width);
      assert.ok(widthOf(cutMiddle(text, width)) <= width);
    },
  ));
});

Deno.test("cut() and cutMiddle() leave alone what fits", () => {
  assert.equal(cut("abc", 3), "abc");
  assert.equal(cutMiddle("abc", 3), "abc");
  assert.equal(cut("abcdef", 4), "abc…");
  assert.equal(cutMiddle("library/folder/rules.pdf", 16), "librar…rules.pdf");
});

Deno.test("safe() takes away what steers a terminal, and nothing else", () => {
  assert.equal(safe("a\x1b[31mb\r\n\u202ec\u0007"), "a\ufffd[31mb\ufffd\ufffd\ufffdc\ufffd");
  assert.equal(safe("Übung 日本 👩‍🚀 שלום"), "Übung 日本 👩‍🚀 שלום");
});

Deno.test("wrap() breaks at spaces; a long word stands alone", () => {
  assert.deepEqual(wrap("aa bb cccccccc d", 5), ["aa bb", "cccccccc", "d"]);
  assert.deepEqual(wrap("", 5), []);
});
