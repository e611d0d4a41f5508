/** How far a command is, on stderr: a bar on a terminal, a line every 10 s elsewhere. */
import type { Clock } from "../base/clock.ts";
import { cut, type Paint, widthOf } from "./text.ts";
import { count, duration } from "./values.ts";

export type ProgressState = {
  done: number;
  /** Missing while unknown. */
  total?: number;
  /** What it is at: a file name, numbers. */
  note?: string;
};

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const BAR_COLUMNS = 24;

export class Progress {
  #state: ProgressState = { done: 0 };
  #drawnAt = -Infinity;
  #isDrawn = false;
  readonly #startedAt: number;

  constructor(
    private readonly label: string,
    private readonly options: {
      write(text: string): void;
      /** Of the terminal; null: lines instead of a bar. */
      columns: number | null;
      clock: Clock;
      paint: Paint;
    },
  ) {
    this.#startedAt = options.clock.monotonic();
    if (options.columns === null) this.#drawnAt = this.#startedAt;
  }

  /** Draws it, unless it was drawn a moment ago. */
  update(state: ProgressState): void {
    this.#state = state;
    const now = this.options.clock.monotonic();
    const pause = this.options.columns === null ? LINE_MS : REDRAW_MS;
    if (now - this.#drawnAt < pause) return;
    this.#drawnAt = now;
    this.draw();
  }

  /** Takes the bar off the screen, so that other lines can be written. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.options.write("\r\x1b[2K");
    this.#isDrawn = false;
  }

  draw(): void {
    const { columns, write } = this.options;
    if (columns === null) {
      write(`${this.label}: ${this.#numbers()}${this.#noteText()}\n`);
      return;
    }
    write(`\r\x1b[2K${this.#bar(columns - 1)}`);
    this.#isDrawn = true;
  }

  #bar(columns: number): string {
    const { done, total } = this.#state;
    const { paint } = this.options;
    const share = total ? Math.min(1, done / total) : 0;
    const full = Math.round(share * BAR_COLUMNS);
    const bar = total === undefined
      ? ""
      : `${paint("cyan", "━".repeat(full))}${paint("dim", "━".repeat(BAR_COLUMNS - full))} `;
    const head = `${this.label} ${bar}${this.#numbers()}`;
    const left = columns - widthOf(head);
    return left < 10 ? head : head + paint("dim", cut(this.#noteText(), left));
  }

  #numbers(): string {
    const { done, total } = this.#state;
    if (total === undefined) return count(done);
    const left = this.#leftMs();
    return `${count(done)}/${count(total)}${left === null ? "" : `, ~${duration(left)} left`}`;
  }

  /** Told only after a while: the first numbers would mislead. */
  #leftMs(): number | null {
    const { done, total = 0 } = this.#state;
    const spent = this.options.clock.monotonic() - this.#startedAt;
    if (done <= 0 || done >= total || spent < 3000) return null;
    return spent / done * (total - done);
  }

  #noteText(): string {
    return this.#state.note ? `  ${this.#state.note}` : "";
  }
}
