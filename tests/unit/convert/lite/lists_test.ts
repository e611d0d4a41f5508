import assert from "node:assert/strict";
import { dropMarker, ListStack, markerOf } from "../../../../src/convert/lite/lists.ts";
import { textOf } from "../../../../src/convert/lite/runs.ts";
import { columnOf } from "../../../support/pdf_layout.ts";

const line = (text: string, x = 50) => columnOf([text], { x })[0]!;

Deno.test("markerOf() knows bullets and numbers, and what only looks like them", () => {
  assert.deepEqual(markerOf(line("• one"))?.marker, "-");
  assert.deepEqual(markerOf(line("12. twelve"))?.marker, "12.");
  assert.deepEqual(markerOf(line("(3) three"))?.marker, "3.");
  assert.equal(markerOf(line("-5 degrees")), null);
  assert.equal(markerOf(line("3.5 litres")), null);
  assert.equal(markerOf(line("•")), null);
  assert.equal(markerOf(line("- weak"))?.weak, true);
  assert.equal(markerOf(line("• strong"))?.weak, false);
});

Deno.test("markerOf() keeps the letter of a lettered item, which Markdown does not have", () => {
  const marker = markerOf(line("b) second"))!;
  assert.deepEqual([marker.marker, marker.length, marker.number], ["-", 0, 2]);
});

Deno.test("dropMarker() takes the marker off the spans", () => {
  const one = line("• text of it");
  assert.equal(textOf(dropMarker(one.spans, markerOf(one)!.length)), "text of it");
});

Deno.test("ListStack nests by the left edge and leaves again", () => {
  const lists = new ListStack();
  const enter = (x: number) => lists.enter(x, markerOf(line("• item", x))!, 10);
  assert.deepEqual([50, 70, 90, 70, 50].map(enter), [0, 1, 2, 1, 0]);
  assert.equal(lists.leave(62, 10), 1);
  assert.equal(lists.leave(40, 10), 0);
});

Deno.test("ListStack continues a numbering, or begins one at 1", () => {
  const lists = new ListStack();
  const marker = (n: number) => markerOf(line(`${n}. item`))!;
  assert.equal(lists.continues(50, marker(7), 10), false);
  assert.equal(lists.continues(50, marker(1), 10), true);
  lists.enter(50, marker(1), 10);
  assert.equal(lists.continues(50, marker(2), 10), true);
  assert.equal(lists.continues(50, marker(9), 10), false);
});
