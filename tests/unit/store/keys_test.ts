import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { compareKeys, lowerBound, sortKeys } from "../../../src/store/keys.ts";

const texts = fc.string({ unit: fc.constantFrom(..."a/.-é\ufffd🎲\ue000"), maxLength: 6 });
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

Deno.test("compareKeys() orders keys by their UTF-8 bytes", () => {
  fc.assert(fc.property(texts, texts, (a, b) => {
    assert.equal(Math.sign(compareKeys(a, b)), byBytes(a, b));
  }));
});

Deno.test("sortKeys() and lowerBound() use that order", () => {
  fc.assert(fc.property(fc.array(texts), texts, (keys, key) => {
    const sorted = sortKeys([...keys]);
    assert.deepEqual(sorted, [...keys].sort(byBytes));
    assert.equal(lowerBound(sorted, key), sorted.filter((one) => byBytes(one, key) < 0).length);
  }));
});
