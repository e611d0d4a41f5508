import assert from "node:assert/strict";
import fc from "fast-check";
import {
  encodeRecord,
  parseDead,
  parseFailed,
  parseLease,
  parseTodo,
} from "../../../src/queue/records.ts";

const PARSERS = { parseTodo, parseLease, parseFailed, parseDead };
const bytes = (text: string) => new TextEncoder().encode(text);

for (const [name, parse] of Object.entries(PARSERS)) {
  Deno.test(`${name}() never throws, whatever the bytes`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => void parse(any)));
    fc.assert(fc.property(fc.json(), (text) => void parse(bytes(text))));
    const names = fc.constantFrom(
      "retries",
      "attempt",
      "after",
      "priority",
      "move",
      "reconvert",
      "attempts",
      "progress",
      "stale_after_ms",
      "__proto__",
      "kind",
    );
    fc.assert(fc.property(fc.dictionary(names, fc.jsonValue()), (json) => {
      const { record } = parse(bytes(JSON.stringify(json)));
      const again = parse(encodeRecord(record));
      assert.equal(again.problem, null, "what was read can be written and read again");
    }));
  });

  Deno.test(`${name}() keeps the fields of other programs`, () => {
    const { record, problem } = parse(bytes('{"theirs":{"a":[1]},"retries":2}'));
    assert.equal(problem, null);
    assert.deepEqual(record.theirs, { a: [1] });
  });

  Deno.test(`${name}() reads what is no object as an empty record, and says so`, () => {
    for (const text of ["[]", "7", "null", "{", "\ufffd"]) {
      assert.equal(parse(bytes(text)).problem, "not a JSON object", text);
    }
  });
}

Deno.test("an empty todo is a todo of the original: nothing failed so far, and no problem", () => {
  assert.deepEqual(parseTodo(bytes("")), { record: { retries: 0 }, problem: null });
  assert.equal(parseLease(bytes("")).problem, "not a JSON object");
});

Deno.test("a bad field is reported and read as missing; the good ones stay", () => {
  const text = '{"retries":"many","after":"A","queued_at":7,"theirs":1}';
  const { record, problem } = parseTodo(bytes(text));
  assert.deepEqual(record, { retries: 0, after: "A", queued_at: 7, theirs: 1 });
  assert.equal(problem, "bad retries");
});

Deno.test("a lease of the original reads with its fields and no ids", () => {
  const old = { worker: "0123456789ab", started: 5, last_heartbeat: 6, priority: "2_high" };
  const { record, problem } = parseLease(encodeRecord({ ...old, retries: 1 }));
  assert.equal(problem, null);
  assert.deepEqual(record, { ...old, retries: 1 });
});

Deno.test("a failure of the original has no priority: 3_normal, and its retry is due", () => {
  const old = { error: "e", worker: "w", failed_at: "2025-01-01", timestamp: 5, retries: 1 };
  const { record, problem } = parseFailed(encodeRecord(old));
  assert.equal(problem, null);
  assert.equal(record.priority, "3_normal");
  assert.equal(record.not_before, undefined);
});
