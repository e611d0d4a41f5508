/** The program itself, run as a child process and asked with `--json`. */
import { join } from "node:path";
import { StepFailed } from "./step.ts";

export type Program = {
  /** How a person would call it: `deno run -A main.ts`, `dist/blobforge`. */
  readonly name: string;
  /**
   * Runs one command and resolves to its JSON document. Exit code 3 (some items failed) is an answer like any
   * other; any other failure is a `StepFailed` with what the program said.
   */
  ask(args: string[]): Promise<Record<string, unknown>>;
  /** Runs one command and puts all that it says into a file; resolves to its exit code. */
  log(args: string[], file: string): Promise<number>;
};

export type ProgramOptions = {
  root: string;
  /** BLOBFORGE_BIN; without it the sources are run. */
  binary?: string;
  env: Record<string, string>;
};

export function program({ root, binary, env }: ProgramOptions): Program {
  const [path, ...first] = binary
    ? [binary]
    : [Deno.execPath(), "run", "--quiet", "--allow-all", join(root, "main.ts")];
  const name = binary ?? "deno run -A main.ts";
  const start = (args: string[]) =>
    new Deno.Command(path!, {
      args: [...first, ...args],
      clearEnv: true,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  return {
    name,
    async ask(args) {
      const { code, stdout, stderr } = await start([...args, "--json"]).output();
      const answer = parse(new TextDecoder().decode(stdout));
      if (answer !== null && (code === 0 || code === 3)) return answer;
      const said = errorOf(answer) ?? new TextDecoder().decode(stderr).trim();
      throw new StepFailed(`${name} ${args[0]}: exit code ${code}\n  ${said}`);
    },
    async log(args, file) {
      const child = start(args).spawn();
      const log = await Deno.open(file, { create: true, append: true });
      try {
        const both = [child.stdout, child.stderr].map(async (stream) => {
          for await (const bytes of stream) await log.write(bytes);
        });
        await Promise.all(both);
        return (await child.status).code;
      } finally {
        log.close();
      }
    },
  };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function errorOf(answer: Record<string, unknown> | null): string | null {
  const error = answer?.error;
  if (typeof error !== "object" || error === null || !("message" in error)) return null;
  const hint = "hint" in error ? `\n  ${error.hint}` : "";
  return `${error.message}${hint}`;
}
