/** The program as a child process: the binary where there is one, else the sources. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What starts the program, and what end-to-end tests run. */
export function programCommand(): string[] {
  const binary = Deno.env.get("BLOBFORGE_BIN");
  return binary
    ? [binary]
    : [Deno.execPath(), "run", "--quiet", "--allow-all", join(ROOT, "main.ts")];
}

export type Ended = { code: number; stdout: string; stderr: string };

/** One command, to its end. `env` is added to a clean environment. */
export async function runProgram(args: string[], env: Record<string, string>): Promise<Ended> {
  const { code, stdout, stderr } = await programChild(args, env).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The same, not started yet. */
export function programChild(
  args: string[],
  env: Record<string, string>,
  stdin: "null" | "piped" = "null",
): Deno.Command {
  const [path, ...first] = programCommand();
  return new Deno.Command(path!, {
    args: [...first, ...args],
    clearEnv: true,
    env: { ...systemEnv(), ...env },
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

/** Folders of its own for a program that a test starts. */
export function foldersOf(folder: string): Record<string, string> {
  return {
    HOME: folder,
    BLOBFORGE_STATE_DIR: join(folder, "state"),
    BLOBFORGE_CACHE_DIR: join(folder, "cache"),
  };
}

/** A folder that is there only for the test, and the variables that keep a program inside it. */
export async function inFolder(
  work: (folder: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-test-" });
  try {
    await work(folder, foldersOf(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function systemEnv(): Record<string, string> {
  const kept = ["PATH", "HOME", "DENO_DIR", "DENO_TLS_CA_STORE", "SystemRoot", "TMPDIR", "LANG"];
  const env = Object.fromEntries(kept.map((name) => [name, Deno.env.get(name) ?? ""]));
  // With another HOME the sources still need the packages that were downloaded.
  env.DENO_DIR ||= denoDir();
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
}

function denoDir(): string {
  const home = Deno.env.get("HOME") ?? "";
  return Deno.build.os === "darwin"
    ? join(home, "Library", "Caches", "deno")
    : join(Deno.env.get("XDG_CACHE_HOME") || join(home, ".cache"), "deno");
}
