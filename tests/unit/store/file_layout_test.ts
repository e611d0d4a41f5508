import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeName, pathOfKey } from "../../../src/store/file_layout.ts";

const keys = fc.string({
  unit: fc.constantFrom(..."aB0._- %/\\:é🎲*~"),
  minLength: 1,
  maxLength: 20,
});

Deno.test("pathOfKey() leaves plain keys as they are", () => {
  for (const key of ["store/raw/0a.pdf", "registry/workers/a-1_b.json", "x"]) {
    assert.equal(pathOfKey(key), key);
  }
});

Deno.test("pathOfKey() can be read back by names, whatever the key", () => {
  fc.assert(fc.property(keys, (key) => {
    assert.equal(pathOfKey(key).split("/").map(decodeName).join("/"), key);
  }));
});

Deno.test("pathOfKey() never leaves the folder, nor names what is hidden or empty", () => {
  fc.assert(fc.property(keys, (key) => {
    for (const name of pathOfKey(key).split("/")) {
      assert.doesNotMatch(name, /^\.|^$|[\\:*?"<>|\0]|[. ]$/);
    }
  }));
});

Deno.test("pathOfKey() gives different keys different paths", () => {
  fc.assert(fc.property(keys, keys, (a, b) => {
    assert.equal(pathOfKey(a) === pathOfKey(b), a === b);
  }));
});
