/** Runs git, so that nothing of it is left running and nothing asks for a password. */
import { messageOf } from "../base/errors.ts";

export type GitResult = { ok: true; stdout: string } | { ok: false; reason: string };

export type GitOptions = { cwd: string; stdin?: Uint8Array; signal?: AbortSignal };

/**
 * Runs `git ARGS`. A failure is a result: the last line that git wrote. On abort
 * the whole process group is ended (git leaves the work to children).
 */
export async function git(args: string[], options: GitOptions): Promise<GitResult> {
  options.signal?.throwIfAborted();
  try {
    return await run(args, options);
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (error instanceof Deno.errors.NotFound) return { ok: false, reason: "git is not installed" };
    return { ok: false, reason: `git could not be run: ${messageOf(error)}` };
  }
}

async function run(args: string[], { cwd, stdin, signal }: GitOptions): Promise<GitResult> {
  const child = new Deno.Command("git", {
    args,
    cwd,
    env: {
      GIT_TERMINAL_PROMPT: "0",
      GIT_LFS_SKIP_SMUDGE: "0",
      GIT_OPTIONAL_LOCKS: "0",
      LC_ALL: "C.UTF-8",
    },
    stdin: stdin ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
    detached: Deno.build.os !== "windows",
  }).spawn();
  const end = () => kill(child);
  signal?.addEventListener("abort", end, { once: true });
  try {
    const [output] = await Promise.all([child.output(), stdin ? feed(child, stdin) : null]);
    signal?.throwIfAborted();
    const stdout = new TextDecoder().decode(output.stdout);
    if (output.success) return { ok: true, stdout };
    return { ok: false, reason: lastWords(new TextDecoder().decode(output.stderr), output.code) };
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

async function feed(child: Deno.ChildProcess, bytes: Uint8Array): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // it ended without reading: its exit code tells
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    if (Deno.build.os === "windows") child.kill();
    else Deno.kill(-child.pid, "SIGTERM");
  } catch {
    // it has ended
  }
}

/** The line that says what was wrong; git-lfs writes advice about its own logs after it. */
function lastWords(stderr: string, code: number): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line !== "");
  const telling = lines.filter((line) => /error|fatal|not a git|denied|missing/i.test(line))
    .filter((line) => !/^(Errors logged to|error: failed to fetch some objects)/i.test(line));
  return (telling.at(0) ?? lines.at(-1) ?? `git ended with code ${code}`).slice(0, 300);
}
