/** Converters of one worker, each for one job at a time. */
import type { Converter } from "../convert/converter.ts";

/** Hands out free converters; whoever asks when none is free waits for its turn. */
export class Slots {
  readonly #free: Converter[];
  readonly #waiting: ((converter: Converter) => void)[] = [];

  constructor(readonly converters: readonly Converter[]) {
    this.#free = [...converters];
  }

  /** The next converter that comes free. `give` it back. */
  take(): Promise<Converter> {
    const converter = this.#free.pop();
    if (converter !== undefined) return Promise.resolve(converter);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(converter: Converter): void {
    const next = this.#waiting.shift();
    if (next) next(converter);
    else this.#free.push(converter);
  }

  async close(): Promise<void> {
    await Promise.all(this.converters.map((converter) => converter.close()));
  }
}
