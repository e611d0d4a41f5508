import assert from "node:assert/strict";
import { tagsOf } from "../../../src/ingest/tags.ts";

Deno.test("tagsOf() gives every folder, then the file's name without its ending", () => {
  const cases: [string, string[]][] = [
    ["books/comics/obelix.pdf", ["books", "comics", "obelix"]],
    ["obelix.PDF", ["obelix"]],
    ["./a//b.pdf", ["a", "b"]],
    ["v1.2/core.rules.pdf", ["v1.2", "core.rules"]],
    ["a/a/a.pdf", ["a", "a", "a"]],
    [".pdf", [".pdf"]],
    ["..x.pdf", ["..x"]],
    ["name", ["name"]],
    ["Größe/日本.pdf", ["Größe", "日本"]],
  ];
  for (const [path, tags] of cases) assert.deepEqual(tagsOf(path), tags, path);
});
