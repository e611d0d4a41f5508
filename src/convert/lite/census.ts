/** First pass: what the whole document is like. Grows with its variety, not with its pages. */
import type { Run } from "./runs.ts";
import { textOf } from "./runs.ts";

/** More words than this are not remembered; a document's own terms have long come by then. */
const MOST_WORDS = 150_000;

type SizeFacts = { characters: number; mono: number; pages: number; lastPage: number };

export class Census {
  #sizes = new Map<number, SizeFacts>();
  #words = new Set<string>();

  add(page: number, runs: Run[]): void {
    for (const run of runs) {
      const facts = this.#sizes.get(run.size) ??
        { characters: 0, mono: 0, pages: 0, lastPage: 0 };
      facts.characters += run.count;
      facts.mono += run.mono * run.count;
      if (facts.lastPage !== page) facts.pages++;
      facts.lastPage = page;
      this.#sizes.set(run.size, facts);
      this.#learn(textOf(run.spans));
    }
  }

  #learn(text: string): void {
    if (this.#words.size >= MOST_WORDS) return;
    // The last word of a run may be cut off by a hyphen; the others are whole.
    for (const word of text.toLowerCase().match(/\p{L}[\p{L}-]*\p{L}(?=[^\p{L}-])/gu) ?? []) {
      this.#words.add(word);
    }
  }

  /** The size of most characters. */
  bodySize(): number {
    let size = 10, most = 0;
    for (const [key, { characters }] of this.#sizes) {
      if (characters > most) [size, most] = [key, characters];
    }
    return size;
  }

  /** The text itself is set in a typewriter's font, so that means nothing. */
  isMonoDocument(): boolean {
    let all = 0, mono = 0;
    for (const facts of this.#sizes.values()) {
      all += facts.characters;
      mono += facts.mono;
    }
    return mono > 0.5 * all;
  }

  /** Sizes that are clearly larger than the body, the largest first, with the number of pages they are on. */
  largeSizes(factor: number): { size: number; pages: number; characters: number }[] {
    const least = factor * this.bodySize();
    return [...this.#sizes].filter(([size]) => size >= least)
      .map(([size, { pages, characters }]) => ({ size, pages, characters }))
      .sort((a, b) => b.size - a.size);
  }

  /**
   * Whether the hyphen between two parts at a line's end belongs to the word: the document writes it with
   * the hyphen elsewhere, and never without.
   */
  keepsHyphen(left: string, right: string): boolean {
    const a = left.toLowerCase(), b = right.toLowerCase();
    return this.#words.has(`${a}-${b}`) && !this.#words.has(a + b);
  }
}
