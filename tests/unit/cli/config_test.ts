import assert from "node:assert/strict";
import { type GlobalOptions, readConfig } from "../../../src/cli/config.ts";
import type { Io } from "../../../src/cli/io.ts";

function config(
  options: GlobalOptions,
  env: Record<string, string> = {},
  columns: number | null = 80,
  isService = false,
) {
  const io = { env, stdoutColumns: () => columns, stderrColumns: () => columns } as unknown as Io;
  return readConfig(options, io, isService);
}

Deno.test("colour only on a terminal, and never with --no-color, NO_COLOR or a dumb terminal", () => {
  assert.deepEqual(config({}).color, { stdout: true, stderr: true });
  assert.deepEqual(config({}, {}, null).color, { stdout: false, stderr: false });
  assert.equal(config({ color: false }).color.stdout, false);
  assert.equal(config({}, { NO_COLOR: "1" }).color.stdout, false);
  assert.equal(config({}, { NO_COLOR: "" }).color.stdout, true);
  assert.equal(config({}, { TERM: "dumb" }).color.stderr, false);
});

Deno.test("a service logs events as JSON where nobody watches; other commands only warn", () => {
  const service = config({}, {}, null, true);
  assert.deepEqual([service.logFormat, service.logLevel], ["json", "info"]);
  assert.equal(config({}, {}, 80, true).logFormat, "human");
  const other = config({}, {}, null);
  assert.deepEqual([other.logFormat, other.logLevel], ["human", "warn"]);
});

Deno.test("a flag counts before its variable, and bad values are usage errors", () => {
  const env = { BLOBFORGE_LOG_FORMAT: "json", BLOBFORGE_LOG_LEVEL: "error" };
  assert.equal(config({}, env).logFormat, "json");
  assert.equal(config({ logFormat: "human" }, env).logFormat, "human");
  assert.equal(config({ verbose: true }, env).logLevel, "debug");
  assert.equal(config({}, env).logLevel, "error");
  assert.throws(() => config({ logFormat: "xml" }), { code: "usage" });
  assert.throws(() => config({}, { BLOBFORGE_LOG_LEVEL: "loud" }), { code: "usage" });
});

Deno.test("the configuration cannot be changed", () => {
  assert.ok(Object.isFrozen(config({})));
});
