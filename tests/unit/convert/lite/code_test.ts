import assert from "node:assert/strict";
import { codeRun, codeText } from "../../../../src/convert/lite/code.ts";
import { linesOf } from "../../../../src/convert/lite/lines.ts";
import { runOf } from "../../../support/pdf_layout.ts";

const mono = { mono: true };

Deno.test("code keeps its indentation, its columns and its blank lines", () => {
  const lines = linesOf([
    runOf("for (;;) {", 50, 100, mono),
    runOf("x++;", 60, 112, mono),
    runOf("// one", 120, 112, mono),
    runOf("}", 50, 136, mono),
    runOf("end", 50, 148, mono),
    runOf("and text", 50, 160),
  ]);
  assert.equal(codeRun(lines, 0, false, 10), 4);
  assert.deepEqual(codeText(lines.slice(0, 4)), [
    "for (;;) {",
    "  x++;        // one",
    "",
    "}",
    "end",
  ]);
});

Deno.test("in a document set in a typewriter's font nothing is code", () => {
  const lines = linesOf([runOf("plain words", 50, 100, mono)]);
  assert.equal(codeRun(lines, 0, true, 10), 0);
});

Deno.test("titles and addresses in a typewriter's font are no code", () => {
  assert.equal(codeRun(linesOf([runOf("BIG", 50, 100, { ...mono, size: 24 })]), 0, false, 10), 0);
  assert.equal(codeRun(linesOf([runOf("me@example.org", 50, 100, mono)]), 0, false, 10), 0);
  const centred = [
    runOf("a short title", 90, 100, mono),
    runOf("and a much longer line", 67, 112, mono),
  ];
  assert.equal(codeRun(linesOf(centred), 0, false, 10), 0);
});
