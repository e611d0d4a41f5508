import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeMetadata, encodeMetadata } from "../../../src/store/s3_metadata.ts";

Deno.test("encodeMetadata() encodes exactly as Python's quote(value, safe='')", () => {
  const cases = {
    "azAZ09_.-~": "azAZ09_.-~",
    "a b/c": "a%20b%2Fc",
    "!'()*": "%21%27%28%29%2A",
    "ü日🎲": "%C3%BC%E6%97%A5%F0%9F%8E%B2",
    '["100%"]': "%5B%22100%25%22%5D",
  };
  for (const [plain, encoded] of Object.entries(cases)) {
    assert.equal(encodeMetadata(plain), encoded);
  }
});

Deno.test("decodeMetadata() gives back what was encoded", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (value) => {
    assert.equal(decodeMetadata(encodeMetadata(value)), value);
  }));
});

Deno.test("decodeMetadata() leaves plain values as they are", () => {
  for (const plain of ["100% sure", "50%", "%zz", "%FF%FE", "a+b", "%", ""]) {
    assert.equal(decodeMetadata(plain), plain);
  }
  assert.equal(decodeMetadata("100% s%C3%BC%C3%9F"), "100% süß");
});
