/** One column from top to bottom: its lines become headings, paragraphs, list items, tables, code. */
import type { Block, ListItem, Paragraph } from "./block.ts";
import type { Census } from "./census.ts";
import { codeRun, codeText } from "./code.ts";
import type { Region } from "./columns.ts";
import { footnotesFrom } from "./footnotes.ts";
import type { HeadingModel } from "./headings.ts";
import { plainText } from "./inline.ts";
import { joinSpans, type Line, linesOf } from "./lines.ts";
import { dropMarker, ListStack, type Marker, markerOf } from "./lists.ts";
import type { Box, PageData, Rule } from "./page_data.ts";
import { joinText, type Measure, relation } from "./paragraphs.ts";
import { textOf } from "./runs.ts";
import { spacedTable, zonedTable } from "./spaced_tables.ts";
import { zonesFrom } from "./table_zones.ts";
import { endsInPageNumber, tocEntry } from "./toc.ts";

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
  { rules, fills, number: page }: Pick<PageData, "rules" | "fills" | "number">,
  facts: DocumentFacts,
): ColumnBlocks {
  const lines = linesOf(region.items.flatMap((item) => item.run ?? []));
  const notesAt = footnotesFrom(lines, region, rules, facts.bodySize);
  const reader = new ColumnReader(region, lines.slice(0, notesAt), page, facts, rules, fills);
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

const LONGEST_HEADING = 200;

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
    readonly rules: Rule[] = [],
    readonly fills: Box[] = [],
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
    const { monoDocument } = this.facts;
    const line = this.lines[at]!;
    const table = this.#isListed(line) ? null : this.#table(at, limit);
    if (table) {
      this.#put(table.table);
      return table.count;
    }
    const code = this.#isListed(line)
      ? 0
      : Math.min(codeRun(this.lines, at, monoDocument, this.facts.bodySize), limit - at);
    if (code > 0 && !this.#isInlineCode(at, code)) {
      this.#put({ kind: "code", lines: codeText(this.lines.slice(at, at + code)) });
      return code;
    }
    const heading = this.#isInToc(at) ? null : this.#heading(at, limit);
    if (heading) {
      this.#put({ kind: "heading", level: heading.level, spans: heading.spans });
      this.#lists.clear();
      this.#afterHeading = true;
      return heading.count;
    }
    this.#text(line, this.#isInToc(at));
    this.#afterHeading = false;
    return 1;
  }

  #table(at: number, limit: number) {
    const { census, monoDocument } = this.facts;
    const lines = this.lines.slice(0, limit);
    for (const zone of zonesFrom(lines, at, this.region, this.rules, this.fills)) {
      const table = zonedTable(lines, at, zone, census, monoDocument);
      if (table) return table;
    }
    return spacedTable(lines, at, census, monoDocument);
  }

  /** The outline has it, so it is a heading whatever it looks like. */
  #isListed(line: Line): boolean {
    const distinct = line.size > 1.05 * this.facts.bodySize || line.bold > 0.9;
    return distinct && this.facts.headings.outlineLevel(line.text, this.page) !== null;
  }

  /** Entries of a table of contents without leaders stand among those with them. */
  #isInToc(at: number): boolean {
    const line = this.lines[at]!;
    if (tocEntry(line)) return true;
    return endsInPageNumber(line) &&
      this.lines.slice(Math.max(0, at - 3), at + 4).some((other) => tocEntry(other) !== null);
  }

  /** A line of typewriter text in the middle of a paragraph. */
  #isInlineCode(at: number, count: number): boolean {
    const above = this.lines[at - 1], line = this.lines[at]!, below = this.lines[at + count];
    const near = (a: Line | undefined, b: Line | undefined) =>
      a !== undefined && b !== undefined && b.baseline - a.baseline < 1.25 * this.#leading &&
      Math.abs(a.left - b.left) < line.size;
    // A word alone is no program.
    if (count === 1 && !/[(){}[\]=;<>_$#/\\|&%+^~:]|--/.test(line.text)) return true;
    return count === 1 && near(above, line) && near(line, below) && above!.mono < 0.85;
  }

  #text(line: Line, inToc: boolean): void {
    const entry = inToc ? tocEntry(line, true) : null;
    if (entry) {
      this.#close();
      const depth = this.#lists.enter(line.left, entry.marker, line.size);
      this.#blocks.push({ kind: "item", depth, marker: "-", spans: entry.spans });
      return;
    }
    const how = this.#open ? relation(this.#open.lines, line, this.#measure(line)) : "new";
    const marker = markerOf(line);
    if (marker && this.#begins(line, marker, how)) return this.#item(line, marker);
    const open = this.#open;
    if (open === null || (how === "new" && !this.#isNextVerse(line))) return this.#paragraph(line);
    if (how === "join") {
      open.block.spans = joinText(open.block.spans, line.spans, this.facts.census);
      open.lines.push(line);
    } else {
      open.block.spans = joinSpans([open.block.spans, line.spans], "\n");
      open.lines = [line];
    }
  }

  /** Back at the margin of lines that the author ended: the next of them. */
  #isNextVerse(line: Line): boolean {
    const open = this.#open!, [first] = open.lines, last = open.lines.at(-1)!;
    return open.lines.length > 1 && textOf(open.block.spans).includes("\n") &&
      Math.abs(line.left - first!.left) < 0.3 * line.size &&
      line.baseline - last.baseline < 1.3 * this.#leading && line.size === last.size;
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
    // A first line's indent is no place in a list: the next line tells the margin.
    const next = this.lines[this.lines.indexOf(line) + 1];
    const follows = next && next.baseline - line.baseline < 1.4 * this.#leading;
    const margin = follows ? Math.min(line.left, next.left) : line.left;
    const depth = this.#lists.leave(margin, line.size);
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
    const right = Math.max(...this.#chunk(line).map((other) => other.right));
    const wide = this.region.right - this.region.left;
    const scale = Math.max(0.8, Math.min(1.6, line.size / this.facts.bodySize));
    return {
      leading: Math.max(this.#leading, this.#leading * scale),
      right: right > this.region.right - 0.25 * wide ? right : this.region.right,
    };
  }

  /** The lines around it without a gap between them. */
  #chunk(line: Line): Line[] {
    const at = this.lines.indexOf(line);
    const isClose = (a: number, b: number) =>
      this.lines[b]!.baseline - this.lines[a]!.baseline < 1.5 * this.#leading &&
      Math.abs(this.lines[b]!.size - line.size) < 0.3 * line.size;
    let from = at, to = at;
    while (from > 0 && at - from < 12 && isClose(from - 1, from)) from--;
    while (to + 1 < this.lines.length && to - at < 12 && isClose(to, to + 1)) to++;
    return this.lines.slice(from, to + 1);
  }

  /** A heading may have several lines of one look. */
  #heading(at: number, limit: number) {
    const listed = this.#listedHeading(at, limit);
    if (listed) return listed;
    const level = this.#levelAt(at);
    if (level === null) return null;
    let { spans } = this.lines[at]!;
    let count = 1;
    while (at + count < limit && count < 4 && this.#headingGoesOn(at + count, level)) {
      spans = joinText(spans, this.lines[at + count]!.spans, this.facts.census);
      count++;
    }
    if (plainText(spans).length > LONGEST_HEADING) return null;
    return { level, spans, count };
  }

  /** Two or three lines that are one entry of the outline. */
  #listedHeading(at: number, limit: number) {
    let { spans } = this.lines[at]!;
    for (let count = 2; count <= 3 && at + count <= limit; count++) {
      const last = this.lines[at + count - 2]!, line = this.lines[at + count - 1]!;
      const alike = Math.abs(line.size - last.size) < 0.06 * last.size &&
        line.baseline - last.baseline < 1.6 * last.size;
      if (!alike) return null;
      spans = joinText(spans, line.spans, this.facts.census);
      const level = this.facts.headings.outlineLevel(textOf(spans), this.page);
      if (level !== null) return { level, spans, count };
    }
    return null;
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
