/** One column from top to bottom: its lines become headings, paragraphs, list items, tables, code. */
import type { Block, ListItem, Paragraph } from "./block.ts";
import type { Census } from "./census.ts";
import { codeRun, codeText } from "./code.ts";
import type { Region } from "./columns.ts";
import { footnotesFrom } from "./footnotes.ts";
import type { HeadingModel } from "./headings.ts";
import { joinSpans, type Line, linesOf } from "./lines.ts";
import { dropMarker, ListStack, type Marker, markerOf } from "./lists.ts";
import type { Rule } from "./page_data.ts";
import { joinText, type Measure, relation } from "./paragraphs.ts";
import { spacedTable } from "./spaced_tables.ts";
import { tocEntry } from "./toc.ts";

/** What is known of the whole document. */
export type DocumentFacts = {
  census: Census;
  headings: HeadingModel;
  bodySize: number;
  monoDocument: boolean;
};

export type ColumnBlocks = { blocks: Block[]; footnotes: Block[] };

export function columnBlocks(
  region: Region<Block>,
  rules: Rule[],
  page: number,
  facts: DocumentFacts,
): ColumnBlocks {
  const lines = linesOf(region.items.flatMap((item) => item.run ?? []));
  const notesAt = footnotesFrom(lines, region, rules, facts.bodySize);
  const reader = new ColumnReader(region, lines.slice(0, notesAt), page, facts);
  const notes = new ColumnReader(region, lines.slice(notesAt), page, facts);
  const figures = region.items.filter((item) => item.block !== null)
    .sort((a, b) => a.top - b.top);
  return {
    blocks: reader.read(figures.map((item) => ({ y: item.top, block: item.block! }))),
    footnotes: notes.readNotes(),
  };
}

type Placed = { y: number; block: Block };
type Open = { block: Paragraph | ListItem; lines: Line[] };

class ColumnReader {
  readonly #blocks: Block[] = [];
  readonly #lists = new ListStack();
  readonly #leading: number;
  #open: Open | null = null;
  #afterHeading = false;

  constructor(
    readonly region: Region<Block>,
    readonly lines: Line[],
    readonly page: number,
    readonly facts: DocumentFacts,
  ) {
    this.#leading = usualLeading(lines, facts.bodySize);
  }

  read(placed: Placed[]): Block[] {
    const waiting = [...placed];
    for (let at = 0; at < this.lines.length;) {
      while (waiting.length > 0 && waiting[0]!.y < this.lines[at]!.top) {
        this.#put(waiting.shift()!.block);
      }
      const limit = waiting.length > 0
        ? this.lines.findIndex((line) => line.top > waiting[0]!.y)
        : -1;
      at += this.#take(at, limit < 0 ? this.lines.length : limit);
    }
    this.#close();
    this.#blocks.push(...waiting.map(({ block }) => block));
    return this.#blocks;
  }

  /** Footnotes: a new one begins with its mark. */
  readNotes(): Block[] {
    const notes: Line[][] = [];
    for (const line of this.lines) {
      const marked = line.spans[0]?.script === "super" || /^(?:\d{1,3}|[*†‡§])\s/.test(line.text);
      if (marked || notes.length === 0) notes.push([line]);
      else notes.at(-1)!.push(line);
    }
    return notes.map((lines) => ({
      kind: "footnote",
      spans: lines.map((line) => line.spans)
        .reduce((all, spans) => joinText(all, spans, this.facts.census)),
    }));
  }

  /** Handles what begins at this line and ends before `limit`; returns the number of lines. */
  #take(at: number, limit: number): number {
    const { facts: { census, monoDocument } } = this;
    const line = this.lines[at]!;
    const code = Math.min(codeRun(this.lines, at, monoDocument), limit - at);
    if (code > 0 && !this.#isInlineCode(at, code)) {
      this.#put({ kind: "code", lines: codeText(this.lines.slice(at, at + code)) });
      return code;
    }
    const heading = this.#heading(at, limit);
    if (heading) {
      this.#put({ kind: "heading", level: heading.level, spans: heading.spans });
      this.#lists.clear();
      this.#afterHeading = true;
      return heading.count;
    }
    const table = spacedTable(this.lines.slice(0, limit), at, census, monoDocument);
    if (table) {
      this.#put(table.table);
      return table.count;
    }
    this.#text(line);
    this.#afterHeading = false;
    return 1;
  }

  /** A line of typewriter text in the middle of a paragraph. */
  #isInlineCode(at: number, count: number): boolean {
    const above = this.lines[at - 1], line = this.lines[at]!, below = this.lines[at + count];
    const near = (a: Line | undefined, b: Line | undefined) =>
      a !== undefined && b !== undefined && b.baseline - a.baseline < 1.25 * this.#leading &&
      Math.abs(a.left - b.left) < line.size;
    return count === 1 && near(above, line) && near(line, below) && above!.mono < 0.85;
  }

  #text(line: Line): void {
    const entry = tocEntry(line);
    if (entry) {
      this.#close();
      const depth = this.#lists.enter(line.left, entry.marker, line.size);
      this.#blocks.push({ kind: "item", depth, marker: "-", spans: entry.spans });
      return;
    }
    const how = this.#open ? relation(this.#open.lines, line, this.#measure(line)) : "new";
    const marker = markerOf(line);
    if (marker && this.#begins(line, marker, how)) return this.#item(line, marker);
    if (how === "new") return this.#paragraph(line);
    const open = this.#open!;
    open.block.spans = how === "join"
      ? joinText(open.block.spans, line.spans, this.facts.census)
      : joinSpans([open.block.spans, line.spans], "\n");
    open.lines.push(line);
  }

  #begins(line: Line, marker: Marker, how: string): boolean {
    if (!marker.weak) return true;
    const lettered = marker.length === 0;
    if (how === "join") return this.#lists.continues(line.left, marker, line.size) && !lettered;
    return marker.number === null || this.#lists.continues(line.left, marker, line.size) ||
      !lettered;
  }

  #item(line: Line, marker: Marker): void {
    this.#close();
    const depth = this.#lists.enter(line.left, marker, line.size);
    const spans = dropMarker(line.spans, marker.length);
    const block: ListItem = { kind: "item", depth, marker: marker.marker, spans };
    this.#blocks.push(block);
    this.#open = { block, lines: [{ ...line, left: Math.min(marker.textLeft, line.right) }] };
  }

  #paragraph(line: Line): void {
    this.#close();
    const depth = this.#lists.leave(line.left, line.size);
    const block: Paragraph = { kind: "paragraph", spans: line.spans, depth };
    this.#blocks.push(block);
    this.#open = { block, lines: [line] };
  }

  #put(block: Block): void {
    this.#close();
    this.#blocks.push(block);
    this.#afterHeading = false;
  }

  #close(): void {
    this.#open = null;
  }

  #measure(line: Line): Measure {
    const at = this.lines.indexOf(line);
    const near = this.lines.slice(Math.max(0, at - 8), at + 8)
      .filter((other) => Math.abs(other.size - line.size) < 1);
    const right = Math.max(...near.map((other) => other.right));
    const wide = this.region.right - this.region.left;
    const scale = Math.max(0.8, Math.min(1.6, line.size / this.facts.bodySize));
    return {
      leading: Math.max(this.#leading, this.#leading * scale),
      right: right > this.region.right - 0.25 * wide ? right : this.region.right,
    };
  }

  /** A heading may have several lines of one look. */
  #heading(at: number, limit: number) {
    const level = this.#levelAt(at);
    if (level === null) return null;
    let { spans } = this.lines[at]!;
    let count = 1;
    while (at + count < limit && count < 4 && this.#headingGoesOn(at + count, level)) {
      spans = joinText(spans, this.lines[at + count]!.spans, this.facts.census);
      count++;
    }
    return { level, spans, count };
  }

  #headingGoesOn(at: number, level: number): boolean {
    const last = this.lines[at - 1]!, line = this.lines[at]!;
    const alike = Math.abs(line.size - last.size) < 0.06 * last.size &&
      (line.bold > 0.9) === (last.bold > 0.9) && line.italic === last.italic;
    const near = line.baseline - last.baseline < 1.5 * last.size;
    const { headings } = this.facts;
    if (!alike || !near || headings.outlineLevel(line.text, this.page) !== null) return false;
    const larger = line.size >= 1.14 * this.facts.bodySize;
    return larger || this.#levelAt(at) === level || last.bold > 0.9;
  }

  #levelAt(at: number): number | null {
    return this.facts.headings.level(this.lines[at]!, this.page, {
      above: this.lines[at - 1] ?? null,
      below: this.lines[at + 1] ?? null,
      leading: this.#leading,
      afterHeading: this.#afterHeading,
      columnWidth: this.region.right - this.region.left,
    });
  }
}

/** Distance of the baselines in paragraphs: most gaps are of that kind, and the others are larger. */
function usualLeading(lines: Line[], body: number): number {
  const gaps = lines.slice(1).map((line, at) => line.baseline - lines[at]!.baseline)
    .filter((gap, at) =>
      gap > 0.8 * Math.min(lines[at]!.size, lines[at + 1]!.size) && gap < 2.2 * body
    )
    .sort((a, b) => a - b);
  const size = lines.length > 0 ? Math.min(body, lines[0]!.size * 1.5) : body;
  if (gaps.length < 3) return Math.min(gaps[0] ?? Infinity, 1.3 * size);
  return gaps[Math.floor(gaps.length * 0.35)]!;
}
