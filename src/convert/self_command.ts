/** How this program is started again, for hosts that are the program itself. */
import { fileURLToPath } from "node:url";

export type ProgramStart = {
  /** Compiled into one binary (`deno compile`). */
  standalone: boolean;
  execPath: string;
  /** URL of the module that was started. */
  mainModule: string;
};

/** The command line that starts this program once more; arguments are appended to it. */
export function selfCommand(start: ProgramStart = currentStart()): string[] {
  if (start.standalone) return [start.execPath];
  const main = start.mainModule.startsWith("file:")
    ? fileURLToPath(start.mainModule)
    : start.mainModule;
  return [start.execPath, "run", "--quiet", "-A", main];
}

function currentStart(): ProgramStart {
  return {
    standalone: Deno.build.standalone,
    execPath: Deno.execPath(),
    mainModule: Deno.mainModule,
  };
}
