import assert from "node:assert/strict";
import { planTests } from "../../../scripts/lib/test_plan.ts";

const exists = (path: string) => path.startsWith("tests");

Deno.test("planTests() runs everything, with server and binary, when nothing is named", () => {
  assert.deepEqual(planTests([], exists), { args: ["tests"], needsMinio: true, needsBinary: true });
});

Deno.test("planTests() takes paths as paths, options as options and other words as filters", () => {
  const args = (...words: string[]) => planTests(words, exists).args;
  assert.deepEqual(args("tests/a_test.ts", "lease"), ["--filter", "lease", "tests/a_test.ts"]);
  assert.deepEqual(args("--filter", "x", "-q"), ["--filter", "x", "-q", "tests"]);
  assert.deepEqual(args("put()", "lease"), ["--filter", "/put\\(\\)|lease/", "tests"]);
});

Deno.test("planTests() starts no server for unit tests alone, and compiles only for e2e tests", () => {
  const needs = (...paths: string[]) => {
    const { needsMinio, needsBinary } = planTests(paths, exists);
    return [needsMinio, needsBinary];
  };
  assert.deepEqual(needs("tests/unit", "tests/contract"), [false, false]);
  assert.deepEqual(needs("tests/unit", "tests/integration"), [true, false]);
  assert.deepEqual(needs("tests/e2e/build_test.ts"), [true, true]);
  assert.deepEqual(needs("tests/unit", "tests/e2e"), [true, true]);
  assert.deepEqual(needs("tests"), [true, true]);
});
