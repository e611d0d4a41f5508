/** One step of a script: a child process that must succeed. */

/** The step did not succeed; the message says all there is to say, without a stack trace. */
export class StepFailed extends Error {
  override name = "StepFailed";
}

/** Runs a program to its end and resolves to its stdout. Fails with `StepFailed` and all that it said. */
export async function captured(program: string, args: string[], cwd: string): Promise<string> {
  const shown = [program, ...args].join(" ");
  let result: Deno.CommandOutput;
  try {
    const command = new Deno.Command(program, { args, cwd, stdin: "null" });
    result = await command.output();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StepFailed(`Cannot start ${shown}: ${why}`);
  }
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (result.success) return text(result.stdout);
  const said = `${text(result.stdout)}\n${text(result.stderr)}`.trim();
  throw new StepFailed(`Failed with exit code ${result.code}: ${shown}\n${said}`);
}

/** Runs a script's main function: what goes wrong is said in plain words, and the exit code is 1 (2 for usage). */
export async function main(run: () => Promise<number | void>): Promise<never> {
  try {
    Deno.exit((await run()) ?? 0);
  } catch (error) {
    if (error instanceof StepFailed) {
      console.error(error.message);
      Deno.exit(1);
    }
    if (error instanceof TypeError && "code" in error) { // of node:util's parseArgs
      console.error(error.message);
      Deno.exit(2);
    }
    throw error;
  }
}
