/**
 * What a command says: data on stdout, everything else on stderr.
 *
 * With `--json` stdout holds exactly one JSON document, `{"schema": 1, "command": "list", ...}`; an
 * error is `{"schema": 1, "command": "list", "error": {code, message, hint}}`. Fields are only added
 * to a schema, never changed. Its names are those of the bucket: snake_case, times in ISO 8601.
 */
import type { Clock } from "../base/clock.ts";
import { BlobForgeError, messageOf } from "../base/errors.ts";
import type { Config } from "./config.ts";
import type { Io } from "./io.ts";
import { Progress } from "./progress.ts";
import { type Cell, type Column, renderFields, renderTable } from "./table.ts";
import { type Paint, painter, safe, type Style, wrap } from "./text.ts";

export const SCHEMA = 1;

export type OutputConfig = Pick<Config, "json" | "quiet" | "verbose" | "color">;

export class Output {
  readonly paint: Paint;
  readonly #paintError: Paint;
  #progress: Progress | null = null;
  #captured: string[] | null = null;

  constructor(
    private readonly io: Io,
    private readonly config: OutputConfig,
    private readonly clock: Clock,
    private readonly command: string,
  ) {
    this.paint = painter(config.color.stdout);
    this.#paintError = painter(config.color.stderr);
  }

  get isJson(): boolean {
    return this.config.json;
  }

  get verbose(): boolean {
    return this.config.verbose;
  }

  get quiet(): boolean {
    return this.config.quiet;
  }

  /** Columns of the terminal, null where stdout is none. */
  get columns(): number | null {
    return this.io.stdoutColumns();
  }

  /** The command's result: the JSON document, or what `show` prints of it. Called once. */
  result(data: object, show: () => void): void {
    if (!this.config.json) return show();
    this.document(data);
  }

  /** One JSON document in the envelope. */
  document(data: object): void {
    this.#endProgress();
    const document = { schema: SCHEMA, command: this.command, ...data };
    this.io.stdout(`${JSON.stringify(document, null, 2)}\n`);
  }

  /** One of several documents, each on a line of its own, for commands that run on. */
  documentLine(data: object): void {
    this.io.stdout(`${JSON.stringify({ schema: SCHEMA, command: this.command, ...data })}\n`);
  }

  /** A line of data on stdout. */
  line(text = ""): void {
    if (this.#captured) return void this.#captured.push(text);
    this.#progress?.clear();
    this.io.stdout(`${text}\n`);
  }

  /** The lines that `show` would print. */
  captured(show: () => void): string[] {
    const lines: string[] = [];
    this.#captured = lines;
    try {
      show();
    } finally {
      this.#captured = null;
    }
    return lines;
  }

  /** Prints text as it is, for documents and scripts. */
  raw(text: string): void {
    this.io.stdout(text);
  }

  heading(text: string, aside = ""): void {
    this.line(this.paint("bold", text) + (aside === "" ? "" : `  ${this.paint("dim", aside)}`));
  }

  /** A friendly next step below the data. Not with --quiet. */
  tip(text: string): void {
    if (this.config.quiet) return;
    const lines = this.columns === null ? [text] : wrap(text, this.columns);
    for (const line of lines) this.line(this.paint("dim", line));
  }

  table(columns: readonly Column[], rows: readonly (readonly Cell[])[], indent = ""): void {
    const options = { columns: this.columns, paint: this.paint, indent };
    for (const line of renderTable(columns, rows, options)) this.line(line);
  }

  fields(
    fields: readonly (readonly [label: string, value: Cell | undefined])[],
    indent = "  ",
  ): void {
    const options = { columns: this.columns, paint: this.paint, indent };
    for (const line of renderFields(fields, options)) this.line(line);
  }

  /** A line on stderr. */
  note(text: string): void {
    if (this.config.quiet) return;
    for (const line of this.#wrapped(text, 0)) this.stderrLine(line);
  }

  /** Something that is not as it should be, and what to do about it. */
  warn(text: string, hint?: string): void {
    this.#labelled("warning:", "yellow", text);
    if (hint && !this.config.quiet) this.#labelled("hint:", "cyan", hint);
  }

  /** Also the log's door: a bar that is on the screen makes room. */
  stderrLine(text: string): void {
    this.#progress?.clear();
    this.io.stderr(`${text}\n`);
    if (this.io.stderrColumns() !== null) this.#progress?.draw();
  }

  /** Begins a bar; it ends with `end()`, or when the command does. Silent with --quiet; with --json only on a terminal. */
  progress(label: string): { update: Progress["update"]; end(): void } {
    const columns = this.io.stderrColumns();
    const isSilent = this.config.quiet || (this.config.json && columns === null);
    if (isSilent) return { update() {}, end() {} };
    const progress = new Progress(label, {
      write: (text) => this.io.stderr(text),
      columns,
      clock: this.clock,
      paint: this.#paintError,
    });
    this.#progress = progress;
    return { update: (state) => progress.update(state), end: () => this.#endProgress() };
  }

  /** Tells an error and returns its exit code. Never a stack trace, unless it is unexpected and -v was given. */
  error(thrown: unknown): number {
    this.#endProgress();
    const error = asError(thrown);
    if (this.config.json) {
      this.document({ error: errorJson(error) });
    } else {
      this.#labelled("error:", ["red", "bold"], error.message);
      if (error.hint) this.#labelled("hint:", "cyan", error.hint);
    }
    if (this.config.verbose && error.code === "unexpected" && thrown instanceof Error) {
      this.stderrLine(thrown.stack ?? String(thrown));
    }
    return error.exitCode;
  }

  /** The text stands in a column of its own beside the label. */
  #labelled(label: string, style: Style, text: string): void {
    const [first = "", ...rest] = this.#wrapped(safe(text), label.length + 1);
    this.stderrLine(`${this.#paintError(style, label)} ${first}`);
    for (const line of rest) this.stderrLine(" ".repeat(label.length + 1) + line);
  }

  /** Broken for people at a terminal; one line for everything else, so that it can be searched. */
  #wrapped(text: string, indent: number): string[] {
    const columns = this.io.stderrColumns();
    return columns === null ? [text] : wrap(text, Math.max(20, columns - indent));
  }

  #endProgress(): void {
    this.#progress?.clear();
    this.#progress = null;
  }
}

/** As it stands in documents: of a whole command, or of one job among many. */
export function errorJson(thrown: unknown): { code: string; message: string; hint?: string } {
  const { code, message, hint } = asError(thrown);
  return { code, message, ...(hint ? { hint } : {}) };
}

function asError(thrown: unknown): BlobForgeError {
  if (thrown instanceof BlobForgeError) return thrown;
  return new BlobForgeError(
    "unexpected",
    `Something unexpected happened: ${messageOf(thrown)}`,
    "Run it again with -v to see where, and please report it",
  );
}
