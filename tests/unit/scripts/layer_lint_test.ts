import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import plugin from "../../../scripts/layer_lint.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

function complaints(file: string, code: string): string[] {
  return Deno.lint.runPlugin(plugin, join(ROOT, file), code).map((found) => found.message);
}

function allows(file: string, code: string): void {
  assert.deepEqual(complaints(file, code), []);
}

function refuses(file: string, code: string, why: RegExp): void {
  const found = complaints(file, code);
  assert.equal(found.length, 1, `${file}: ${code} -> ${JSON.stringify(found)}`);
  assert.match(found[0]!, why);
}

Deno.test("layers: a lower layer may not import a higher one, in whatever way it is written", () => {
  const why = /store may not import queue/;
  refuses("src/store/a.ts", `import { Queue } from "../queue/queue.ts";`, why);
  refuses("src/store/a.ts", `import "../queue/queue.ts";`, why);
  refuses("src/store/a.ts", `import type { Queue } from "../queue/queue.ts";`, why);
  refuses("src/store/a.ts", `export { Queue } from "../queue/queue.ts";`, why);
  refuses("src/store/a.ts", `export * from "../queue/queue.ts";`, why);
  refuses("src/store/a.ts", `await import("../queue/queue.ts");`, why);
  refuses("src/store/a.ts", `type T = import("../queue/queue.ts").Queue;`, why);
});

Deno.test("layers: imports down and inside a layer are fine", () => {
  allows("src/cli/commands/get.ts", `import { get } from "../../library/get.ts";`);
  allows("src/ingest/ingest.ts", `import { Manifest } from "../library/manifest.ts";`);
  allows("src/convert/converter.ts", `import type { ErrorKind } from "../queue/job.ts";`);
  allows("src/worker/worker.ts", `import { sweep } from "../janitor/sweep.ts";`);
  allows("src/store/a.ts", `import { b } from "./b.ts"; export const c = b;`);
});

Deno.test("layers: siblings do not know each other, and the janitor does not know the worker", () => {
  refuses("src/convert/a.ts", `import "../library/get.ts";`, /convert may not import library/);
  refuses("src/janitor/a.ts", `import "../worker/worker.ts";`, /janitor may not import worker/);
});

Deno.test("layers: the rules of the queue import only types, but for each other and base", () => {
  const file = "src/queue/rules/retry.ts";
  allows(file, `import type { ErrorKind } from "../job.ts";`);
  allows(file, `import { type ErrorKind, type Priority } from "../job.ts";`);
  allows(file, `import { verdict } from "./verdict.ts";`);
  allows(file, `import { sample } from "../../base/random.ts";`);
  refuses(file, `import { PRIORITIES } from "../job.ts";`, /only types/);
  refuses(file, `import { PRIORITIES, type Priority } from "../job.ts";`, /only types/);
});

Deno.test("layers: main.ts imports only the command line, and src imports nothing outside of src", () => {
  allows("main.ts", `await import("./src/cli/cli.ts");`);
  refuses("main.ts", `import "./src/store/file_store.ts";`, /only src\/cli/);
  refuses("src/cli/a.ts", `import "../../scripts/build.ts";`, /outside/);
  refuses("src/cli/a.ts", `import "../../deno.json";`, /outside/);
  refuses("src/misc/a.ts", `import "../base/clock.ts";`, /not a layer/);
  allows("src/base/version.ts", `import p from "../../deno.json" with { type: "json" }; p;`);
});

Deno.test("layers: only packages named in deno.json, each in its own layer", () => {
  allows("src/store/s3_store.ts", `import { S3Client } from "@aws-sdk/client-s3";`);
  allows("src/library/get.ts", `import { open } from "yauzl"; import fs from "node:fs";`);
  refuses("src/base/a.ts", `import "left-pad";`, /not named in the imports/);
  refuses("src/base/a.ts", `import "npm:zod@4";`, /not named in the imports/);
  refuses("src/base/a.ts", `import "https://example.com/a.ts";`, /not named in the imports/);
  refuses("src/queue/a.ts", `import "@aws-sdk/client-s3";`, /only src\/store/);
  refuses("src/worker/a.ts", `import { Command } from "commander";`, /only src\/cli/);
});

Deno.test("layers: a package is never imported dynamically, since its names would not survive the bundle", () => {
  refuses("src/library/get.ts", `await import("yauzl");`, /statically/);
  allows("src/library/get.ts", `type Zip = import("yauzl").ZipFile;`);
});

Deno.test("layers: tests and scripts are free", () => {
  allows("tests/unit/a_test.ts", `import "../../src/cli/cli.ts"; import "npm:x@1"; Date.now();`);
  allows("scripts/a.ts", `import "../src/cli/cli.ts"; setTimeout(() => {}, Math.random());`);
});

Deno.test("ambient: reading the clock is refused outside of clock.ts", () => {
  const clock = /clock\.ts/;
  for (
    const code of [
      "Date.now();",
      "new Date();",
      "Date();",
      "performance.now();",
      "setTimeout(() => {}, 1);",
      "setInterval(() => {}, 1);",
      "globalThis.setTimeout(() => {}, 1);",
      "AbortSignal.timeout(5);",
      `import { setTimeout as wait } from "node:timers/promises";`,
      `import { performance } from "node:perf_hooks";`,
      "const now = Date.now;",
      `Date["now"]();`,
    ]
  ) {
    refuses("src/worker/a.ts", code, clock);
    allows("src/base/clock.ts", code);
  }
});

Deno.test("ambient: translating a time that was passed in is fine", () => {
  allows("src/cli/a.ts", `new Date(5).toISOString(); Date.parse("2020-01-01"); Date.UTC(2020, 1);`);
  allows("src/cli/a.ts", "clearTimeout(1); const clock = { now: () => 1 }; clock.now();");
});

Deno.test("ambient: chance is refused outside of random.ts", () => {
  for (
    const code of [
      "Math.random();",
      "crypto.randomUUID();",
      "crypto.getRandomValues(new Uint8Array(2));",
      `import { randomBytes } from "node:crypto";`,
    ]
  ) {
    refuses("src/queue/a.ts", code, /random\.ts/);
    allows("src/base/random.ts", code);
  }
  allows("src/ingest/identify.ts", `import { createHash } from "node:crypto";`);
});

Deno.test("ambient: the environment is read only in src/cli", () => {
  refuses("src/store/a.ts", `Deno.env.get("HOME");`, /src\/cli/);
  refuses("src/store/a.ts", `process.env.HOME;`, /src\/cli/);
  refuses("src/store/a.ts", `import { env } from "node:process";`, /src\/cli/);
  allows("src/cli/config.ts", `Deno.env.toObject();`);
});
