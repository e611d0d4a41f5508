import assert from "node:assert/strict";
import { hostOf } from "../../../src/cli/host_command.ts";

Deno.test("hostOf() knows the lite host", () => {
  assert.equal(typeof hostOf(["host", "lite"]), "function");
});

Deno.test("hostOf() leaves every other command line to the command table", () => {
  const lines = [[], ["list"], ["host"], ["host", "constructor"], ["host", "lite", "more"]];
  for (const args of lines) assert.equal(hostOf(args), null, args.join(" "));
});
