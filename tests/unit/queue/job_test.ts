import assert from "node:assert/strict";
import { isPdfHash, parsePdfHash, parsePriority, PRIORITIES } from "../../../src/queue/job.ts";

Deno.test("parsePdfHash() takes 64 hex digits in any case, and nothing else", () => {
  const hash = "0123456789abcdef".repeat(4);
  assert.equal(parsePdfHash(` ${hash.toUpperCase()}\n`), hash);
  assert.equal(isPdfHash(hash.toUpperCase()), false);
  for (const text of ["", hash.slice(1), `${hash}0`, hash.replace("0", "g")]) {
    assert.throws(() => parsePdfHash(text), /64 hex digits/);
  }
});

Deno.test("parsePriority() takes the name in the bucket, the word and the number", () => {
  for (const priority of PRIORITIES) {
    assert.equal(parsePriority(priority), priority);
    assert.equal(parsePriority(priority.slice(2).toUpperCase()), priority);
    assert.equal(parsePriority(priority[0]!), priority);
  }
  assert.throws(() => parsePriority("urgent"), /not a priority/);
});
