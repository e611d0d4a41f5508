/** Everything the command line touches of its process: streams, terminal, environment, signals. Tests pass their own. */
import process from "node:process";

/** The reader went away (`blobforge list | head`): nothing more can be printed. Ends the program quietly. */
export class OutputClosed extends Error {
  constructor() {
    super("the reader of the output has gone");
    this.name = "OutputClosed";
  }
}

export type SignalName = "SIGINT" | "SIGTERM";

export type Io = {
  /** Writes all of it, or throws `OutputClosed`. */
  stdout(text: string): void;
  stderr(text: string): void;
  /** Columns of the terminal that stdout is, or null where it is none. */
  stdoutColumns(): number | null;
  stderrColumns(): number | null;
  stdinIsTerminal: boolean;
  /** All of stdin, for `--files-from -`. */
  readStdin(): Promise<string>;
  /** One line from the terminal; null at its end. */
  readLine(prompt: string): string | null;
  env: Readonly<Record<string, string | undefined>>;
  /** Calls back for each SIGINT and SIGTERM until the returned function is called. */
  onSignal(handle: (signal: SignalName) => void): () => void;
  /** Ends the process at once, whatever is running. */
  exit(code: number): void;
};

/** The real process. The environment is read once, here. */
export function systemIo(): Io {
  return {
    stdout: (text) => writeAll(Deno.stdout, text),
    stderr: (text) => writeAll(Deno.stderr, text),
    stdoutColumns: () => columnsOf(Deno.stdout),
    stderrColumns: () => columnsOf(Deno.stderr),
    stdinIsTerminal: Deno.stdin.isTerminal(),
    readStdin: () => new Response(Deno.stdin.readable).text(),
    readLine: (text) => prompt(text),
    env: Object.freeze(Deno.env.toObject()),
    onSignal,
    exit: (code) => Deno.exit(code),
  };
}

/** A pipe may take a part only; a closed one is reported as `OutputClosed`. */
function writeAll(stream: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let sent = 0; sent < bytes.length;) sent += stream.writeSync(bytes.subarray(sent));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    throw error;
  }
}

function columnsOf(stream: typeof Deno.stdout): number | null {
  if (!stream.isTerminal()) return null;
  const of = stream === Deno.stdout ? process.stdout : process.stderr;
  return of.columns || 80;
}

function onSignal(handle: (signal: SignalName) => void): () => void {
  // Windows knows no SIGTERM that could be handled.
  const names: SignalName[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const listeners = names.map((name) => ({ name, listener: () => handle(name) }));
  for (const { name, listener } of listeners) Deno.addSignalListener(name, listener);
  return () => {
    for (const { name, listener } of listeners) Deno.removeSignalListener(name, listener);
  };
}
