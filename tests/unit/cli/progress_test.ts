import assert from "node:assert/strict";
import { Progress } from "../../../src/cli/progress.ts";
import { painter, widthOf } from "../../../src/cli/text.ts";

function stage(columns: number | null) {
  const time = { ms: 0 };
  const said: string[] = [];
  const progress = new Progress("ingesting", {
    write: (text) => said.push(text),
    columns,
    clock: { now: () => time.ms, monotonic: () => time.ms, sleep: () => Promise.resolve() },
    paint: painter(false),
  });
  return { time, said, progress };
}

Deno.test("on a terminal a bar is drawn in place, not more often than the eye sees", () => {
  const { time, said, progress } = stage(80);
  for (time.ms = 0; time.ms <= 5000; time.ms += 10) {
    progress.update({ done: time.ms / 10, total: 1000, note: "a/very/long/".repeat(20) });
  }
  assert.ok(said.length >= 40 && said.length <= 51, String(said.length));
  for (const text of said) {
    assert.ok(text.startsWith("\r\x1b[2K"));
    assert.ok(widthOf(text.replace("\r\x1b[2K", "")) < 80);
  }
  assert.match(said.at(-1)!, /━+ 500\/1,000, ~5s left/);
  progress.clear();
  progress.clear();
  assert.equal(said.at(-1), "\r\x1b[2K");
  assert.notEqual(said.at(-2), "\r\x1b[2K");
});

Deno.test("elsewhere a line is written every 10 seconds", () => {
  const { time, said, progress } = stage(null);
  for (time.ms = 0; time.ms <= 25_000; time.ms += 100) {
    progress.update({ done: time.ms / 100, total: 500 });
  }
  assert.deepEqual(said, ["ingesting: 100/500, ~40s left\n", "ingesting: 200/500, ~30s left\n"]);
});
