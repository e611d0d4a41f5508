import assert from "node:assert/strict";
import { edgeLines, FurnitureIndex } from "../../../../src/convert/lite/furniture.ts";
import { runOf } from "../../../support/pdf_layout.ts";

const HEIGHT = 800, BODY = 10;

/** An index of pages, each given as [text, y, size?] lines; and what is left of the last line list. */
function leftOver(pages: [text: string, y: number, size?: number][][], page: number): string[] {
  const runs = pages.map((lines) =>
    lines.map(([text, y, size = BODY]) => ({ text, run: runOf(text, 50, y, { size }) }))
  );
  const index = new FurnitureIndex();
  runs.forEach((lines, at) => index.add(at + 1, edgeLines(lines.map((l) => l.run), HEIGHT)));
  const lines = runs[page - 1]!;
  const dropped = edgeLines(lines.map((l) => l.run), HEIGHT)
    .filter((line) => index.isFurniture(page, line, BODY))
    .flatMap((line) => line.runs.map((run) => run.baseline));
  return lines.filter((l) => !dropped.includes(l.run.baseline)).map((l) => l.text);
}

const many = (count: number, page: (at: number) => [string, number, number?][]) =>
  Array.from({ length: count }, (_, at) => page(at + 1));

Deno.test("a header that comes back with another page number is furniture", () => {
  const pages = many(6, (n) => [[`The Book, page ${n}`, 40], [`text ${n}`, 300]]);
  assert.deepEqual(leftOver(pages, 4), ["text 4"]);
});

Deno.test("a header whose title changes is told by its page number counting up", () => {
  const titles = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"];
  const pages = many(5, (n) => [[`${titles[n - 1]} ${n + 20}`, 40], ["body", 300]]);
  assert.deepEqual(leftOver(pages, 2), ["body"]);
});

Deno.test("roman page numbers at the foot go too", () => {
  const pages = many(4, (n) => [["body", 300], [["i", "ii", "iii", "iv"][n - 1]!, 780]]);
  assert.deepEqual(leftOver(pages, 3), ["body"]);
});

Deno.test("a page number in a wide margin is furniture when it counts up", () => {
  const pages = many(4, (n) => [["body", 300], [String(n), 650]]);
  assert.deepEqual(leftOver(pages, 3), ["body"]);
  const same = many(4, () => [["body", 300], ["1984", 650]]);
  assert.deepEqual(leftOver(same, 3), ["body", "1984"]);
});

Deno.test("large type is a title, however often it comes back", () => {
  const pages = many(5, (n) => [[`Lesson ${n}x`, 60, 24], ["body", 300]]);
  assert.deepEqual(leftOver(pages, 3), ["Lesson 3x", "body"]);
});

Deno.test("the first lines of the text are not a header", () => {
  const pages = many(
    5,
    (n) => [["The Book", 40, 8], ["Exercise a", 70], [`goes on ${n}`, 82], ["b", 94]],
  );
  assert.deepEqual(leftOver(pages, 3), ["Exercise a", "goes on 3", "b"]);
});

Deno.test("what stands once is kept, and single pages keep everything", () => {
  const pages = many(5, (n) => [[n === 3 ? "Only here" : `The Book ${n}`, 40], ["body", 300]]);
  assert.deepEqual(leftOver(pages, 3), ["Only here", "body"]);
  assert.deepEqual(leftOver([[["12", 780], ["body", 300]]], 1), ["12", "body"]);
});

Deno.test("a picture at one place on three pages is repeated", () => {
  const index = new FurnitureIndex();
  const logo = { left: 10, top: 10, right: 60, bottom: 40 };
  for (const page of [1, 2]) index.add(page, [], [logo]);
  assert.equal(index.isRepeatedPicture(logo), false);
  index.add(3, [], [logo]);
  assert.equal(index.isRepeatedPicture(logo), true);
  assert.equal(index.isRepeatedPicture({ ...logo, bottom: 200 }), false);
});
