/** Entry: hands the words of the command line to src/cli and exits with its code. */
import { hostOf } from "./src/cli/host_command.ts";

async function start(args: string[]): Promise<number> {
  const host = hostOf(args);
  if (host !== null) return await host();
  const { run } = await import("./src/cli/cli.ts");
  return await run(args);
}

if (import.meta.main) Deno.exit(await start(Deno.args));
