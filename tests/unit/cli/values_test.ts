import assert from "node:assert/strict";
import { age, ago, bytes, duration, plural } from "../../../src/cli/values.ts";

Deno.test("bytes() counts in thousands and never shows 1000 of a unit", () => {
  assert.deepEqual(
    [0, 999, 1000, 1499, 9_960, 999_400, 999_600, 1.4e6, 3e12].map(bytes),
    ["0 B", "999 B", "1.0 kB", "1.5 kB", "10 kB", "999 kB", "1.0 MB", "1.4 MB", "3.0 TB"],
  );
});

Deno.test("duration(), age() and ago() are short, and exact where it matters", () => {
  assert.deepEqual(
    [0, 400, 5000, 45_000, 125_000, 720_000, 11_100_000, 187_200_000].map(duration),
    ["0s", "0.4s", "5s", "45s", "2m 05s", "12m", "3h 05m", "2d 4h"],
  );
  assert.deepEqual(
    [0, 45_000, 720_000, 11_100_000, 187_200_000].map(age),
    ["now", "45s", "12m", "3h", "2d"],
  );
  assert.equal(ago(10), "just now");
});

Deno.test("plural() speaks English", () => {
  assert.deepEqual([0, 1, 2, 1234].map((n) => plural(n, "job")), [
    "no jobs",
    "1 job",
    "2 jobs",
    "1,234 jobs",
  ]);
});
