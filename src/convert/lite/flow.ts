/** Joins what column and page breaks have parted: paragraphs, list items, tables, code. */
import type { WrittenBlock as Block } from "./block.ts";
import { isCaption } from "./headings.ts";
import { plainText } from "./inline.ts";
import { goesOn, type HyphenRule, joinBlocks } from "./paragraphs.ts";

/**
 * Takes columns in reading order and gives their blocks out when they are complete. Holds back the end of the
 * last column only: pictures and footnotes beside a parted paragraph come out after it.
 */
export class Flow {
  #open: Block | null = null;
  #after: Block[] = [];

  constructor(readonly hyphens: HyphenRule) {}

  column(blocks: Block[]): Block[] {
    const out: Block[] = [];
    const rest = this.#goOn(blocks) ?? blocks;
    const last = rest.findLastIndex((block) => !isFloating(block));
    if (last < 0 && this.#open !== null && this.#after.length < MOST_HELD) {
      this.#after.push(...rest);
      return out;
    }
    out.push(...this.end());
    rest.forEach((block, at) => {
      if (last >= 0 && at === last) this.#open = block;
      else if (last >= 0 && at > last) this.#after.push(block);
      else out.push(block);
    });
    return out;
  }

  footnotes(notes: Block[]): Block[] {
    if (this.#open === null) return notes;
    this.#after.push(...notes);
    return [];
  }

  /** What is still held back. */
  end(): Block[] {
    const held = this.#open === null ? this.#after : [this.#open, ...this.#after];
    this.#open = null;
    this.#after = [];
    return held;
  }

  /** What is left of a column whose first text went to the open block; null when it is nothing of the kind. */
  #goOn(blocks: Block[]): Block[] | null {
    const first = blocks.findIndex((block) => !isFloating(block));
    const next = blocks[first];
    if (this.#open === null || next === undefined) return null;
    const joined = join(this.#open, next, this.hyphens);
    if (joined === null) return null;
    this.#open = joined;
    this.#after.push(...blocks.slice(0, first));
    const rest = blocks.slice(first + 1);
    if (!rest.every(isFloating)) return rest;
    this.#after.push(...rest);
    return [];
  }
}

/** After so many pictures nobody goes on with a sentence. */
const MOST_HELD = 12;

/** Pictures and captions stand where there is room. */
function isFloating(block: Block): boolean {
  return block.kind === "file" || block.kind === "note" || block.kind === "footnote" ||
    (block.kind === "paragraph" && isCaption(plainText(block.spans)));
}

function join(last: Block, next: Block, hyphens: HyphenRule): Block | null {
  if (last.kind === "code" && next.kind === "code") {
    return { kind: "code", lines: [...last.lines, ...next.lines] };
  }
  if (last.kind === "table" && next.kind === "table") {
    const alike = last.columns.length === next.columns.length &&
      last.columns.every(({ left, right }, at) =>
        left < next.columns[at]!.right + 4 && next.columns[at]!.left < right + 4
      );
    const head = (rows: typeof last.rows) => (rows[0] ?? []).map(plainText).join("|");
    const repeated = head(last.rows) === head(next.rows);
    if (!alike && !repeated) return null;
    return { ...last, rows: [...last.rows, ...next.rows.slice(repeated ? 1 : 0)] };
  }
  if ((last.kind === "paragraph" || last.kind === "item") && next.kind === "paragraph") {
    return goesOn(last, next) ? joinBlocks(last, next, hyphens) : null;
  }
  return null;
}
