/**
 * `deno task test [PATH | NAME]... [OPTION OF deno test]...`: all tests, or those named.
 *
 * Finds MinIO (or builds it) and a Python with boto3, compiles the program for the end-to-end tests if it is
 * missing or older than its sources, type-checks, runs, and ends with `N passed, N failed`. Tests are told by
 * environment variables: MINIO_BIN is the server, BLOBFORGE_BIN the binary (not set: they run
 * `deno run -A main.ts`), BLOBFORGE_TEST_PYTHON the Python.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BlobForgeError } from "../src/base/errors.ts";
import { build, CompileFailed } from "./build.ts";
import { denoIsAtLeast } from "./lib/deno_version.ts";
import { main, StepFailed } from "./lib/step.ts";
import { planTests } from "./lib/test_plan.ts";
import { findPython } from "./lib/test_python.ts";
import { closingLine, countTests } from "./lib/test_summary.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BINARY = join(ROOT, "dist", Deno.build.os === "windows" ? "blobforge.exe" : "blobforge");
/** What the binary is made of. */
const SOURCES = ["main.ts", "src", "deno.json", "deno.lock", "scripts/build.ts"];

/** A test may leave no timer, socket or promise behind: Deno looked by itself until 2.9 made it a choice. */
const SANITIZERS = denoIsAtLeast(2, 9) ? ["--sanitize-ops", "--sanitize-resources"] : [];

/** Runs the tests and resolves to the exit code. Whatever happens, the last line says how many passed and failed. */
async function test(words: string[]): Promise<number> {
  let counts = { passed: 0, failed: 1, ignored: 0 };
  try {
    const plan = planTests(words);
    const env = cleanEnvironment(Deno.env.toObject());
    if (plan.needsMinio) env.MINIO_BIN = await minio();
    if (plan.needsBinary) Object.assign(env, await binary(), await python());
    const { output, success } = await denoTest(plan.args, env);
    counts = countTests(output, success);
  } catch (error) {
    console.error(explained(error));
  } finally {
    if (counts.ignored > 0) console.log(`${counts.ignored} ignored`);
    console.log(closingLine(counts));
  }
  return counts.failed === 0 ? 0 : 1;
}

/** What is expected to go wrong needs no stack trace. */
function explained(error: unknown): string {
  if (error instanceof StepFailed || error instanceof BlobForgeError) {
    const hint = error instanceof BlobForgeError && error.hint ? `\n  ${error.hint}` : "";
    return `${error.message}${hint}`;
  }
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** A developer's own store and credentials are nothing that a test may find. */
function cleanEnvironment(env: Record<string, string>): Record<string, string> {
  const kept = ["BLOBFORGE_TEST_PYTHON", "BLOBFORGE_TEST_PDFS"];
  const own = (name: string) => /^(BLOBFORGE|AWS)_/.test(name) && !kept.includes(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own(name)));
}

async function minio(): Promise<string> {
  const { findMinio } = await import("./find_minio.ts");
  const path = await findMinio();
  console.log(`MinIO: ${path}`);
  return path;
}

/** The binary, made if need be. Where it cannot be compiled, the tests run the sources, and this says so. */
async function binary(): Promise<Record<string, string>> {
  if (await isFresh()) {
    console.log(`Program: ${BINARY}`);
    return { BLOBFORGE_BIN: BINARY };
  }
  try {
    console.log(`Program: ${await build()} (built just now)`);
    return { BLOBFORGE_BIN: BINARY };
  } catch (error) {
    if (!(error instanceof CompileFailed) || Deno.env.has("DENO_COMPILE")) throw error;
    console.log(
      "Program: NOT COMPILED, end-to-end tests run `deno run -A main.ts` instead of the binary.\n" +
        `  ${error.message.replaceAll("\n", "\n  ")}`,
    );
    return {};
  }
}

/** Python with boto3. Where there is none, the tests that need it fail and say what is missing. */
async function python(): Promise<Record<string, string>> {
  const path = await findPython(Deno.env.toObject(), (line) => console.log(line));
  console.log(`Python with boto3: ${path ?? "NONE, the tests that need it will fail"}`);
  return path === null ? {} : { BLOBFORGE_TEST_PYTHON: path };
}

async function isFresh(): Promise<boolean> {
  const built = await modified(BINARY);
  for (const source of SOURCES) {
    if (await newest(join(ROOT, source)) > built) return false;
  }
  return built > 0;
}

async function newest(path: string): Promise<number> {
  let latest = await modified(path);
  if (latest === 0 || !(await Deno.stat(path)).isDirectory) return latest;
  for await (const { name } of Deno.readDir(path)) {
    latest = Math.max(latest, await newest(join(path, name)));
  }
  return latest;
}

async function modified(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Runs `deno test`, shows all that it says as it says it, and keeps it. */
async function denoTest(args: string[], env: Record<string, string>) {
  const colors: Record<string, string> = Deno.stdout.isTerminal() ? { FORCE_COLOR: "1" } : {};
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...SANITIZERS, ...args],
    clearEnv: true,
    env: { ...env, ...colors },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  let output = "";
  for await (const bytes of child.stdout) {
    await writeAll(bytes);
    output = (output + decoder.decode(bytes, { stream: true })).slice(-100_000);
  }
  return { output, success: (await child.status).success };
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += await Deno.stdout.write(bytes.subarray(done));
  }
}

if (import.meta.main) await main(() => test(Deno.args));
