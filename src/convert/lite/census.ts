/** First pass: what the whole document is like. Grows with its variety, not with its pages. */
import type { Run } from "./runs.ts";
import { textOf } from "./runs.ts";

/** More words than this are not remembered; a document's own terms have long come by then. */
const MOST_WORDS = 150_000;

/** Words that many others begin with. */
const HALF_WORDS =
  /^(?:under|over|some|with|there|where|every|thing|inter|super|when|here|other|what|time|work|book|hand|back|down|high|land|life|light|water|house|home|head|news|after|fore|through|counter)$/;

type SizeFacts = { characters: number; mono: number; pages: number; lastPage: number };

export class Census {
  #sizes = new Map<number, SizeFacts>();
  #words = new Set<string>();

  add(page: number, runs: Run[]): void {
    for (const run of runs) {
      const text = textOf(run.spans);
      const facts = this.#sizes.get(run.size) ??
        { characters: 0, mono: 0, pages: 0, lastPage: 0 };
      facts.characters += run.count;
      facts.mono += run.mono * run.count;
      // Large page numbers are no headings.
      if (/\p{L}{2}/u.test(text)) {
        if (facts.lastPage !== page) facts.pages++;
        facts.lastPage = page;
      }
      this.#sizes.set(run.size, facts);
      this.#learn(text);
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
    return [...this.#sizes].filter(([size, { pages }]) => size >= least && pages > 0)
      .map(([size, { pages, characters }]) => ({ size, pages, characters }))
      .sort((a, b) => b.size - a.size);
  }

  /**
   * Whether the hyphen between two parts at a line's end belongs to the word: the document writes it with
   * the hyphen elsewhere, and never without.
   */
  keepsHyphen(left: string, right: string): boolean {
    const a = left.toLowerCase(), b = right.toLowerCase();
    if (this.#words.has(a + b)) return false;
    if (this.#words.has(`${a}-${b}`)) return true;
    // Two words of this document that nowhere stand as one: "type-specialized".
    return a.length >= 4 && b.length >= 4 && !HALF_WORDS.test(a) && this.#words.has(a) &&
      this.#words.has(b);
  }

  isWord(word: string): boolean {
    return this.#words.has(word.toLowerCase());
  }
}
