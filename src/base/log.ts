/** Structured events, one line each, on stderr. */
import type { Clock } from "./clock.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** One event per change of state: `log.info("job claimed", { hash, attempt })`. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same log with fields that every event carries. */
  with(fields: LogFields): Log;
}

const ORDER: LogLevel[] = ["debug", "info", "warn", "error"];

/** For tests and for library use: says nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLog,
};

export type LogOptions = {
  level: LogLevel;
  format: "human" | "json";
  clock: Clock;
  /** Receives one line without its line end. */
  write(line: string): void;
};

/** Human lines (`12:00:01 job claimed  hash=ab12…`) or JSON lines with ts, level, msg. */
export function createLog(options: LogOptions, bound: LogFields = {}): Log {
  const emit = (level: LogLevel, msg: string, fields: LogFields = {}) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(options.level)) return;
    const all = { ...bound, ...fields };
    const at = new Date(options.clock.now());
    options.write(
      options.format === "json" ? jsonLine(at, level, msg, all) : humanLine(at, level, msg, all),
    );
  };
  return {
    debug: (event, fields) => emit("debug", event, fields),
    info: (event, fields) => emit("info", event, fields),
    warn: (event, fields) => emit("warn", event, fields),
    error: (event, fields) => emit("error", event, fields),
    with: (fields) => createLog(options, { ...bound, ...fields }),
  };
}

function jsonLine(at: Date, level: LogLevel, msg: string, fields: LogFields): string {
  return JSON.stringify({ ts: at.toISOString(), level, msg, ...fields });
}

function humanLine(at: Date, level: LogLevel, msg: string, fields: LogFields): string {
  const time = at.toTimeString().slice(0, 8);
  const mark = level === "info" ? "" : `${level.toUpperCase()} `;
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${humanValue(key, value!)}`);
  return [`${time} ${mark}${msg}`, ...rest].join("  ");
}

function humanValue(key: string, value: string | number | boolean): string {
  const text = String(value);
  if (key === "hash") return text.slice(0, 12);
  return /[\s"]/.test(text) ? JSON.stringify(text) : text;
}
