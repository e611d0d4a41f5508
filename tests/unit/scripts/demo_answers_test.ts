import assert from "node:assert/strict";
import {
  pageRanges,
  readDuration,
  readIngest,
  readResult,
  readState,
  withoutName,
} from "../../../scripts/lib/demo_answers.ts";

Deno.test("readIngest() tells files with a hash from refused ones", () => {
  const files = [
    { path: "a.pdf", hash: "ab", outcome: "queued", size: 1, error: null },
    { path: "b.pdf", hash: null, outcome: "failed", size: 0, error: { message: "it is empty" } },
  ];
  assert.deepEqual(readIngest({ schema: 1, files }), [
    { path: "a.pdf", hash: "ab" },
    { path: "b.pdf", refused: "it is empty" },
  ]);
});

Deno.test("readState() leaves out what is null", () => {
  assert.deepEqual(readState({ job: { state: "done", error: null, error_kind: null } }), {
    state: "done",
  });
  const dead = { state: "dead", error: "it is damaged", error_kind: "poison" };
  assert.deepEqual(readState({ job: dead }), {
    state: "dead",
    error: "it is damaged",
    kind: "poison",
  });
});

Deno.test("readResult() refuses the answer about a job that could not be fetched", () => {
  const got = { folder: "/m/a", markdown: "a.md", pages: 3, needs_ocr: [2] };
  assert.deepEqual(readResult({ results: [got] }), {
    folder: "/m/a",
    markdown: "a.md",
    pages: 3,
    needsOcr: [2],
  });
  assert.throws(() => readResult({ results: [{ given: "a", error: { code: "not-found" } }] }));
});

Deno.test("the small readers: duration, page ranges, errors without the file's name", () => {
  assert.equal(readDuration(`{"duration_s": 1.5}`), 1.5);
  assert.equal(pageRanges([3, 1, 2, 7]), "1-3, 7");
  assert.equal(withoutName(`Cannot convert "a.pdf": it is damaged`), "it is damaged");
  assert.equal(withoutName("it is empty"), "it is empty");
});
