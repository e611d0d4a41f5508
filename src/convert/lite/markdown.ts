/** Writes blocks as Markdown, one after the other. */
import type { Block, Table, WrittenBlock } from "./block.ts";
import { inlineMarkdown, plainText } from "./inline.ts";
import { isCaption } from "./headings.ts";
import type { Span } from "./runs.ts";

/** Keeps what the next block depends on: the open lists. Call `write` in order and put the texts in one file. */
export class MarkdownWriter {
  #last: WrittenBlock | null = null;
  /** Columns at which the text of each open list item begins. */
  #indents: number[] = [];

  write(block: WrittenBlock): string {
    const text = this.#text(block);
    if (text === "") return "";
    const tight = block.kind === "item" && this.#last?.kind === "item";
    const before = this.#last === null ? "" : tight ? "\n" : "\n\n";
    this.#last = block;
    return before + text;
  }

  /** What ends the file. */
  end(): string {
    return this.#last === null ? "" : "\n";
  }

  #text(block: WrittenBlock): string {
    if (block.kind === "item") return this.#item(block);
    if (block.kind === "paragraph") {
      this.#indents.length = Math.min(this.#indents.length, block.depth);
      return indent(inlineMarkdown(block.spans), this.#indents.at(-1) ?? 0);
    }
    this.#indents = [];
    if (block.kind === "heading") return heading(block.level, plainText(block.spans));
    if (block.kind === "code") return fence(block.lines);
    if (block.kind === "table") return table(block);
    if (block.kind === "footnote") return inlineMarkdown(block.spans);
    if (block.kind === "file") return `![${block.alt.replace(/[[\]\\]/g, "\\$&")}](${block.name})`;
    return `<!-- ${block.text.replaceAll("--", "- -")} -->`;
  }

  #item(block: Extract<WrittenBlock, { kind: "item" }>): string {
    const depth = Math.min(block.depth, this.#indents.length);
    const at = depth === 0 ? 0 : this.#indents[depth - 1]!;
    this.#indents.length = depth;
    this.#indents.push(at + block.marker.length + 1);
    const text = inlineMarkdown(block.spans);
    if (text === "") return "";
    return " ".repeat(at) + block.marker + " " +
      indent(text, at + block.marker.length + 1).trimStart();
  }
}

function indent(text: string, by: number): string {
  return by === 0 ? text : text.split("\n").map((line) => " ".repeat(by) + line).join("\n");
}

function heading(level: number, text: string): string {
  const escaped = text.replace(/[\\`*_<]/g, "\\$&").replace(/(#+)$/, "\\$1");
  return text === "" ? "" : `${"#".repeat(level)} ${escaped}`;
}

function fence(lines: string[]): string {
  const longest = Math.max(
    0,
    ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length),
  );
  const ticks = "`".repeat(Math.max(3, longest + 1));
  return [ticks, ...lines, ticks].join("\n");
}

/** Viewers print names of columns bold anyway. */
function unbold(spans: Span[]): Span[] {
  return spans.map((span) => ({ ...span, bold: false }));
}

function table({ rows, headed }: Table): string {
  const cells = rows.map((row) =>
    row.map((spans) =>
      inlineMarkdown(rows.indexOf(row) === 0 ? unbold(spans) : spans).replace(/\s*\n\s*/g, " ")
        .replaceAll("|", "\\|")
    )
  );
  const columns = Math.max(0, ...cells.map((row) => row.length));
  if (columns === 0) return "";
  const line = (row: string[]) =>
    `| ${Array.from({ length: columns }, (_, at) => row[at] ?? "").join(" | ")} |`;
  const [head = [], ...body] = headed ? cells : [[], ...cells];
  return [line(head), `|${" --- |".repeat(columns)}`, ...body.map(line)].join("\n");
}

/** The text that a picture gets: its caption, where the next block is one. */
export function altText(next: Block | undefined, page: number): string {
  if (next?.kind === "paragraph") {
    const text = plainText(next.spans);
    if (isCaption(text)) return text.match(/^\S+\s+[\w.-]*\w/)?.[0] ?? text.slice(0, 60);
  }
  return `Page ${page}`;
}
