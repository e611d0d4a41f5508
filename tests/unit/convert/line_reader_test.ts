import assert from "node:assert/strict";
import fc from "fast-check";
import { type Line, readLines } from "../../../src/convert/line_reader.ts";

async function linesOf(bytes: Uint8Array, chunk: number, maxBytes: number): Promise<Line[]> {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.slice(at, at + chunk));
  const lines: Line[] = [];
  await readLines(ReadableStream.from(chunks).getReader(), maxBytes, (line) => lines.push(line));
  return lines;
}

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("readLines() gives the same lines however the bytes are cut", () =>
  fc.assert(fc.asyncProperty(
    fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, ""))),
    fc.integer({ min: 1, max: 9 }),
    async (texts, chunk) => {
      const lines = await linesOf(encode(texts.map((text) => `${text}\n`).join("")), chunk, 1000);
      assert.deepEqual(lines, texts.map((text) => ({ text: text.toWellFormed(), cut: false })));
    },
  )));

Deno.test("readLines() takes a last line without an end, and CRLF", async () => {
  const lines = await linesOf(encode("one\r\n\ntwo"), 2, 100);
  assert.deepEqual(lines.map((line) => line.text), ["one", "", "two"]);
});

Deno.test("readLines() cuts a line that is too long and goes on with the next", async () => {
  assert.deepEqual(await linesOf(encode("abcdefgh\nxy\n"), 3, 4), [
    { text: "abcd", cut: true },
    { text: "xy", cut: false },
  ]);
});

Deno.test("readLines() reads bytes that are not UTF-8 as well as it can", async () => {
  const lines = await linesOf(new Uint8Array([0x61, 0xff, 0x0a, 0x62, 0x0a]), 1, 100);
  assert.deepEqual(lines.map((line) => line.text), ["a\uFFFD", "b"]);
});
