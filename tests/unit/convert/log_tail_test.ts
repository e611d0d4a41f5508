import assert from "node:assert/strict";
import fc from "fast-check";
import { LogTail } from "../../../src/convert/log_tail.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("a log tail is the end of everything that was added", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary-ascii" })), (texts) => {
    const tail = new LogTail(10);
    for (const text of texts) tail.add(encode(text));
    assert.equal(tail.text(), texts.join("").slice(-10));
  }));
});

Deno.test("a log tail keeps its end through very many small pieces", () => {
  const tail = new LogTail(5000);
  for (let i = 0; i < 20_000; i++) tail.add(encode(String(i % 10)));
  assert.equal(tail.text(), "0123456789".repeat(500));
});

Deno.test("a log tail does not begin with half a character", () => {
  const tail = new LogTail(3);
  tail.add(encode("ää"));
  assert.equal(tail.text(), "ä");
});

Deno.test("the last lines of a log are those that say something", () => {
  const tail = new LogTail(1000);
  tail.addLine("one");
  tail.add(encode("two\n\n  three  \n\n"));
  assert.equal(tail.lastLines(2), "two\nthree");
  tail.clear();
  assert.equal(tail.text(), "");
});
