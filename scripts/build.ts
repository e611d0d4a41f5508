/**
 * `deno task build [--target TRIPLE] [--output FILE]`: dist/blobforge, one file that needs nothing.
 *
 * The program is bundled first, in chunks: a command loads only its own, which halves the time to
 * start, and compiling a large unbundled tree can overflow the stack.
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { denoIsAtLeast } from "./lib/deno_version.ts";
import { captured, main, StepFailed } from "./lib/step.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** See src/base/version.ts. */
const STAMP = "@@blobforge-revision@@";
/** Older ones leave `require("node:crypto")` of CommonJS packages in a bundle, where it cannot work. */
const OLDEST_BUNDLER = [2, 9] as const;

/** The bundle stands, but no binary could be made of it (no network for the runtime, no such target). */
export class CompileFailed extends StepFailed {}

export type BuildOptions = {
  /** What `deno compile --target` takes; this machine if left out. */
  target?: string;
  output?: string;
};

/**
 * Builds into a folder of its own and moves the results to dist/ last, so two builds at once
 * and an interrupted one do no harm. Fails with `StepFailed`. Resolves to the binary's path.
 */
export async function build(options: BuildOptions = {}): Promise<string> {
  const exe = (options.target ?? Deno.build.target).includes("windows") ? ".exe" : "";
  const output = options.output ?? join(ROOT, "dist", `blobforge${exe}`);
  await Deno.mkdir(join(ROOT, "dist"), { recursive: true });
  await Deno.mkdir(dirname(output), { recursive: true });
  const work = await Deno.makeTempDir({ dir: join(ROOT, "dist"), prefix: ".build-" });
  try {
    const bundle = join(work, "bundle");
    await bundleProgram(bundle);
    await stamp(bundle, await revision());
    await copyAssets(join(bundle, "assets"));
    const binary = join(work, basename(output));
    await compile(bundle, binary, options.target);
    await Deno.rename(binary, output);
    await replaceFolder(bundle, join(ROOT, "dist", "bundle"), join(work, "old"));
    return output;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function bundleProgram(outdir: string): Promise<void> {
  if (!denoIsAtLeast(...OLDEST_BUNDLER)) {
    throw new StepFailed(
      `Deno ${Deno.version.deno} cannot bundle this program: ${OLDEST_BUNDLER.join(".")} can`,
    );
  }
  const how = ["--quiet", "--code-splitting", "--minify", "--outdir", outdir];
  await captured(Deno.execPath(), ["bundle", ...how, "main.ts"], ROOT);
}

/** Writes the revision into the chunk that holds src/base/version.ts, if the program uses it. */
async function stamp(bundle: string, text: string): Promise<void> {
  for await (const { name } of Deno.readDir(bundle)) {
    const path = join(bundle, name);
    const code = await Deno.readTextFile(path);
    if (code.includes(STAMP)) await Deno.writeTextFile(path, code.replaceAll(STAMP, text));
  }
}

/** BLOBFORGE_REVISION names it where there is no repository (the Dockerfile's build). */
async function revision(): Promise<string> {
  const given = Deno.env.get("BLOBFORGE_REVISION");
  if (given) return given;
  try {
    const commit = await captured("git", ["rev-parse", "--short=10", "HEAD"], ROOT);
    const changes = await captured("git", ["status", "--porcelain", "-uno"], ROOT);
    return changes.trim() === "" ? commit.trim() : `${commit.trim()}, changed`;
  } catch {
    return "no git"; // from a source archive
  }
}

/** Every chunk lies in one folder, so `./assets/` is beside whichever of them asks for it. */
async function copyAssets(assets: string): Promise<void> {
  // A child, with the package in its graph: only then is it sure to be installed.
  const ask = `import "@embedpdf/pdfium";
    console.log(import.meta.resolve("@embedpdf/pdfium/pdfium.wasm"));`;
  const url = (await captured(Deno.execPath(), ["eval", "--quiet", ask], ROOT)).trim();
  await Deno.mkdir(assets);
  // Not .wasm: deno compile would take it for a module of the program and read its imports.
  await Deno.copyFile(new URL(url), join(assets, "pdfium.bin"));
}

async function compile(bundle: string, output: string, target?: string): Promise<void> {
  const compiler = Deno.env.get("DENO_COMPILE") ?? Deno.execPath();
  const how = ["--quiet", "--allow-all", "--no-check", "--no-config", "--no-lock"];
  const to = target === undefined ? [] : ["--target", target];
  const what = ["--include", bundle, "--output", output, join(bundle, "main.js")];
  try {
    await captured(compiler, ["compile", ...how, ...to, ...what], ROOT);
  } catch (error) {
    throw error instanceof StepFailed ? new CompileFailed(error.message) : error;
  }
}

async function replaceFolder(from: string, to: string, aside: string): Promise<void> {
  try {
    await Deno.rename(to, aside);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.rename(from, to);
}

if (import.meta.main) {
  await main(async () => {
    const { values } = parseArgs({
      args: Deno.args,
      options: { target: { type: "string" }, output: { type: "string" } },
    });
    const path = await build(values);
    const { size } = await Deno.stat(path);
    console.log(`${path}  ${(size / 1e6).toFixed(1)} MB`);
  });
}
