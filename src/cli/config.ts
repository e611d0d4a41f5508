/** Flags and environment -> one frozen Config. A flag counts before its variable, that before the default. */
import { BlobForgeError } from "../base/errors.ts";
import type { LogLevel } from "../base/log.ts";
import type { Io } from "./io.ts";

/** What every command takes, as commander gives it. */
export type GlobalOptions = {
  store?: string;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  logFormat?: string;
  /** False after --no-color. */
  color?: boolean;
};

export type Config = Readonly<{
  /** What `--store` says; undefined: the environment decides. */
  store: string | undefined;
  json: boolean;
  quiet: boolean;
  verbose: boolean;
  logLevel: LogLevel;
  logFormat: "human" | "json";
  /** Whether stdout and stderr may be coloured. */
  color: Readonly<{ stdout: boolean; stderr: boolean }>;
  /** Handed on to those who read variables of their own: the store, the converter, the worker's id. */
  env: Readonly<Record<string, string | undefined>>;
}>;

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** `isService`: the command runs on and on, so its events are its output: shown from `info` on, as JSON where nobody watches. */
export function readConfig(options: GlobalOptions, io: Io, isService: boolean): Config {
  const env = io.env;
  const quiet = options.quiet ?? false;
  const color = wantsColor(options, env);
  return Object.freeze({
    store: options.store,
    json: options.json ?? false,
    quiet,
    verbose: options.verbose ?? false,
    logLevel: logLevel(options, env, isService),
    logFormat: logFormat(options, io, isService),
    color: Object.freeze({
      stdout: color && io.stdoutColumns() !== null,
      stderr: color && io.stderrColumns() !== null,
    }),
    env,
  });
}

function wantsColor(options: GlobalOptions, env: Io["env"]): boolean {
  return options.color !== false && !env.NO_COLOR && env.TERM !== "dumb";
}

function logLevel(options: GlobalOptions, env: Io["env"], isService: boolean): LogLevel {
  if (options.verbose) return "debug";
  const named = env.BLOBFORGE_LOG_LEVEL?.toLowerCase();
  if (named !== undefined && named !== "") {
    const known = LEVELS.find((level) => level === named);
    if (known) return known;
    throw new BlobForgeError(
      "usage",
      `BLOBFORGE_LOG_LEVEL="${named}" is not a level`,
      `Use one of ${LEVELS.join(", ")}`,
    );
  }
  if (options.quiet) return "error";
  return isService ? "info" : "warn";
}

function logFormat(options: GlobalOptions, io: Io, isService: boolean): "human" | "json" {
  const named = options.logFormat ?? (io.env.BLOBFORGE_LOG_FORMAT || undefined);
  if (named === "human" || named === "json") return named;
  if (named !== undefined) {
    throw new BlobForgeError(
      "usage",
      `"${named}" is not a log format`,
      "Use --log-format human or --log-format json",
    );
  }
  return isService && io.stderrColumns() === null ? "json" : "human";
}
