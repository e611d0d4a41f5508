/** What a command is: how it is called, what it teaches in its help, what it does. */
import {
  Command,
  CommanderError,
  type CommandUnknownOpts,
  Option,
  type OptionValues,
} from "@commander-js/extra-typings";
import { BlobForgeError } from "../base/errors.ts";
import type { App, Parts } from "./compose.ts";
import type { Config, GlobalOptions } from "./config.ts";
import type { Io } from "./io.ts";
import type { Output } from "./output.ts";

/** What a command works with. */
export type Context = {
  io: Io;
  config: Config;
  out: Output;
  /** The store and all that is built on it; opened by the first call, closed when the command ends. */
  app(): Promise<App>;
  /** The parts themselves, for commands without a store. */
  parts(): Promise<Parts>;
  /**
   * From now on the first SIGINT or SIGTERM aborts this signal, and a second one ends
   * the process at once. Commands that never ask are ended by the system's own way.
   */
  interruptible(): AbortSignal;
};

export type Example = readonly [line: string, meaning: string];

/** A command of any arguments and options, as `setup` returns it. */
type AnyCommand = { opts(): OptionValues; processedArgs: unknown[] };
type OptionsOf<C extends AnyCommand> = ReturnType<C["opts"]>;
type ArgumentsOf<C extends AnyCommand> = C["processedArgs"];

type Spec<C extends AnyCommand> = {
  /** What it does, whole sentences, for `--help`. */
  about: string;
  /** 2 to 4. */
  examples: readonly Example[];
  /** It runs on and on: its events are logged from `info` on. */
  isService?: boolean;
  /** Declares arguments and options. */
  setup(command: Command): C;
  /** Returns the exit code; nothing is 0. */
  run(
    context: Context,
    options: OptionsOf<C>,
    ...args: ArgumentsOf<C>
  ): Promise<number | void>;
};

/** A command whose arguments are not parsed yet. */
export type CommandDefinition = {
  about: string;
  examples: readonly Example[];
  isService: boolean;
  /** The command with its options and the common ones, for help and completions. */
  build(name: string): CommandUnknownOpts;
  /** Throws `BlobForgeError("usage")` for words that it does not know, `HelpShown` for --help. */
  parse(name: string, words: readonly string[], output: HelpOutput): ParsedCommand;
};

export type HelpOutput = { write(text: string): void; columns: number; color: boolean };

export type ParsedCommand = {
  globals: GlobalOptions;
  run(context: Context): Promise<number | void>;
};

/** `--help` was printed: nothing is left to do. */
export class HelpShown extends Error {}

export function defineCommand<C extends AnyCommand>(spec: Spec<C>): CommandDefinition {
  const prepare = (name: string) => {
    const command = new Command(`blobforge ${name}`);
    const typed = spec.setup(command); // the same object, with its types
    const untyped = command as CommandUnknownOpts;
    untyped.description(spec.about).helpOption("-h, --help", "show this help");
    addGlobalOptions(untyped);
    return { typed, untyped };
  };
  return {
    about: spec.about,
    examples: spec.examples,
    isService: spec.isService ?? false,
    build: (name) => prepare(name).untyped,
    parse(name, words, output) {
      const { typed, untyped } = prepare(name);
      parseWords(untyped, name, words, output, spec.examples);
      const options = typed.opts() as OptionsOf<C>;
      const given: ArgumentsOf<C> = typed.processedArgs;
      return { globals: options, run: (context) => spec.run(context, options, ...given) };
    },
  };
}

/** Help is never wider than this, so that it can be read side by side with other things. */
const HELP_COLUMNS = 80;

function parseWords(
  command: CommandUnknownOpts,
  name: string,
  words: readonly string[],
  output: HelpOutput,
  examples: readonly Example[],
): void {
  const width = Math.min(HELP_COLUMNS, output.columns);
  command
    .action(() => {})
    .exitOverride()
    .addHelpText("after", `\nExamples:\n${exampleLines(examples)}`)
    .configureOutput({
      writeOut: output.write,
      writeErr: () => {}, // told by the error that is thrown
      getOutHelpWidth: () => width,
      getOutHasColors: () => output.color,
    });
  try {
    command.parse([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    throw usageError(error, name);
  }
}

export function exampleLines(examples: readonly Example[]): string {
  return examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`).join("\n");
}

/** `error: unknown option '--jsn'\n(Did you mean --json?)` in the words of this program. */
function usageError(error: CommanderError, name: string): BlobForgeError {
  const [first = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const meant = suggestion?.replace(/^\((.*)\)$/, "$1 ") ?? "";
  return new BlobForgeError("usage", first, `${meant}See \`blobforge ${name} --help\``);
}

function addGlobalOptions(command: CommandUnknownOpts): void {
  const options = [
    new Option("--store <url>", "s3://bucket/prefix, file:///folder or memory:"),
    new Option("--json", "one JSON document on stdout, for scripts"),
    new Option("-q, --quiet", "no progress, no advice; results and errors only"),
    new Option("-v, --verbose", "more detail"),
    new Option("--log-format <format>", "events on stderr as human or json lines"),
    new Option("--no-color", "no colours (as NO_COLOR=1 does)"),
  ];
  for (const option of options) command.addOption(option.helpGroup("Common options:"));
}
