/** Words of the command line -> one command, run -> exit code. */
import { systemClock } from "../base/clock.ts";
import { BlobForgeError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import { type Context, HelpShown, type ParsedCommand } from "./command.ts";
import { commandNames, findCommand } from "./command_table.ts";
import type { App, Parts } from "./compose.ts";
import { type Config, readConfig } from "./config.ts";
import { topHelp } from "./help.ts";
import { type Io, OutputClosed, type SignalName, systemIo } from "./io.ts";
import { Output } from "./output.ts";
import { nearest } from "./suggest.ts";
import { painter } from "./text.ts";

const SIGNAL_EXIT: Record<SignalName, number> = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs one command line to its end. Never rejects: every error is told (on stderr, or on
 * stdout as JSON) and becomes an exit code. A reader that goes away ends it quietly.
 */
export async function run(
  args: readonly string[],
  io: Io = systemIo(),
  parts?: Parts,
): Promise<number> {
  try {
    return await dispatch(args, io, parts);
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  }
}

async function dispatch(args: readonly string[], io: Io, parts?: Parts): Promise<number> {
  const { before, word, after } = splitWords(args);
  const clock = parts?.clock ?? systemClock;
  const early = new Output(io, earlyConfig(args, io), clock, word ?? "");
  try {
    if (word === undefined) return topLevel(before, io);
    if (word === "help" && findCommand(after[0] ?? "") === undefined) {
      if (after[0] !== undefined && !after[0].startsWith("-")) throw unknownCommand(after[0]);
      return topLevel(["--help"], io);
    }
    const named = word === "help" ? after[0]! : word;
    const found = findCommand(named);
    if (found === undefined) throw unknownCommand(named);
    const words = word === "help" ? ["--help"] : [...before, ...found.words, ...after];
    const { command } = await found.entry.load();
    const parsed = command.parse(found.entry.name, words, {
      write: (text) => io.stdout(text),
      columns: io.stdoutColumns() ?? 80,
      color: earlyConfig(args, io).color.stdout,
    });
    const config = readConfig(parsed.globals, io, command.isService);
    const out = new Output(io, config, clock, found.entry.name);
    return await runParsed(parsed, { config, io, out, parts });
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof OutputClosed) throw error;
    return early.error(error);
  }
}

type Run = { config: Config; io: Io; out: Output; parts?: Parts };

async function runParsed(parsed: ParsedCommand, run: Run): Promise<number> {
  const { config, io, out } = run;
  let app: Promise<App> | undefined;
  const interrupt = new Interrupt(io, (text) => {
    if (config.logFormat === "human" && !config.json) out.note(text);
  });
  const parts = async () => run.parts ?? (await import("./system_parts.ts")).systemParts;
  const context: Context = {
    io,
    config,
    out,
    parts,
    app: () => app ??= openApp(run, parts),
    interruptible: () => interrupt.signal(),
  };
  try {
    const code = await parsed.run(context) ?? 0;
    return interrupt.exitCode ?? code;
  } catch (error) {
    if (error instanceof OutputClosed) throw error;
    if (interrupt.exitCode !== undefined) return interrupt.exitCode;
    return out.error(error);
  } finally {
    interrupt.end();
    await closeApp(app);
  }
}

/** Loaded only by commands that have a store. */
async function openApp({ config, out }: Run, parts: () => Promise<Parts>): Promise<App> {
  const { App } = await import("./compose.ts");
  return await App.open(config, out, await parts());
}

/** What could not be opened needs no closing; that it could not be was told. */
async function closeApp(app: Promise<App> | undefined): Promise<void> {
  const opened = await app?.catch(() => undefined);
  await opened?.close();
}

/** The first signal asks, the second ends. */
class Interrupt {
  exitCode: number | undefined;
  readonly #abort = new AbortController();
  #stop: (() => void) | undefined;

  constructor(private readonly io: Io, private readonly tell: (text: string) => void) {}

  signal(): AbortSignal {
    this.#stop ??= this.io.onSignal((name) => {
      if (this.exitCode !== undefined) return this.io.exit(SIGNAL_EXIT[name]);
      this.exitCode = SIGNAL_EXIT[name];
      this.tell(`${name}: stopping; once more ends at once`);
      this.#abort.abort(new DOMException(`Ended by ${name}`, "AbortError"));
    });
    return this.#abort.signal;
  }

  end(): void {
    this.#stop?.();
  }
}

/** Global options may stand before the command: `blobforge --json list`. */
function splitWords(args: readonly string[]) {
  const takesValue = new Set(["--store", "--log-format"]);
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-")) at += takesValue.has(args[at]!) ? 2 : 1;
  return { before: args.slice(0, at), word: args[at], after: args.slice(at + 1) };
}

/** No command was named. */
function topLevel(options: readonly string[], io: Io): number {
  const paint = painter(earlyConfig(options, io).color.stdout);
  if (options.includes("--version") || options.includes("-V")) {
    io.stdout(`blobforge ${VERSION}\n`);
    return 0;
  }
  const known = ["--help", "-h", "--version", "--json", "--quiet", "-q", "--verbose", "-v"];
  known.push("--store", "--log-format", "--no-color");
  const strange = options.find((one) =>
    one.startsWith("--") && !known.includes(one.split("=")[0]!)
  );
  if (strange !== undefined) {
    const meant = nearest(strange, known);
    throw new BlobForgeError(
      "usage",
      `unknown option '${strange}'`,
      `${meant ? `Did you mean ${meant}? ` : ""}See \`blobforge --help\``,
    );
  }
  io.stdout(topHelp(paint));
  return 0;
}

function unknownCommand(word: string): BlobForgeError {
  const meant = nearest(word, commandNames());
  return new BlobForgeError(
    "usage",
    `unknown command '${word}'`,
    meant ? `Did you mean \`blobforge ${meant}\`?` : "Run `blobforge --help` to see all commands",
  );
}

/** Enough to report an error in the words themselves: nothing is parsed yet. */
function earlyConfig(args: readonly string[], io: Io) {
  const words = args.slice(0, args.includes("--") ? args.indexOf("--") : undefined);
  return readConfig(
    {
      json: words.includes("--json"),
      color: !words.includes("--no-color"),
    },
    { ...io, env: { NO_COLOR: io.env.NO_COLOR, TERM: io.env.TERM } },
    false,
  );
}
