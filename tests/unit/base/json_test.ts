import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJsonObject } from "../../../src/base/json.ts";

Deno.test("parseJsonObject() reads objects, from text and from bytes", () => {
  assert.deepEqual(parseJsonObject(' {"a": [1]}\n'), { a: [1] });
  assert.deepEqual(parseJsonObject(new TextEncoder().encode('{"ü": null}')), { "ü": null });
});

Deno.test("parseJsonObject() takes nothing else, and never throws", () => {
  for (const text of ["", "null", "[]", "1", '"{}"', "{", "{a: 1}"]) {
    assert.equal(parseJsonObject(text), null, text);
  }
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    const json = parseJsonObject(bytes);
    assert.ok(json === null || !Array.isArray(json));
  }));
});
