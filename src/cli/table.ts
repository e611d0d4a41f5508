/** Rows of values -> aligned lines that fit the terminal. */
import { cut, cutMiddle, pad, type Paint, type Style, widthOf, wrap } from "./text.ts";

export type Cell = string | { text: string; style: Style };

export type Column = {
  title: string;
  align?: "left" | "right";
  /** Gives up width first when the terminal is narrow: an ending or a middle is cut. */
  flex?: "end" | "middle";
};

const GAP = "  ";
/** No column is cut below this. */
const NARROWEST = 8;

/** `columns` null: the reader is no terminal, nothing is cut. */
export function renderTable(
  heads: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { columns: number | null; paint: Paint; indent?: string },
): string[] {
  const { paint, indent = "" } = options;
  const widths = heads.map((head, at) =>
    Math.max(widthOf(head.title), ...rows.map((row) => widthOf(textOf(row[at] ?? ""))))
  );
  if (options.columns !== null) shrink(heads, widths, options.columns - indent.length);
  const line = (cells: readonly Cell[], style?: Style) => {
    const parts = heads.map((head, at) => {
      const last = at === heads.length - 1;
      return renderCell(cells[at] ?? "", head, widths[at]!, last, paint, style);
    });
    return (indent + parts.join(GAP)).trimEnd();
  };
  const header = line(heads.map((head) => head.title), "dim");
  return [header, ...rows.map((row) => line(row))];
}

/** `label  value` lines, the labels in one column. Nothing is cut: values are broken at spaces. */
export function renderFields(
  fields: readonly (readonly [label: string, value: Cell | undefined])[],
  options: { columns: number | null; paint: Paint; indent?: string },
): string[] {
  const { paint, indent = "  " } = options;
  const there = fields.filter((field): field is readonly [string, Cell] => field[1] !== undefined);
  const width = Math.max(0, ...there.map(([label]) => widthOf(label)));
  return there.flatMap(([label, value]) => {
    const room = options.columns === null
      ? Infinity
      : Math.max(NARROWEST, options.columns - indent.length - width - GAP.length);
    const head = `${indent}${paint("dim", pad(label, width))}${GAP}`;
    const hanging = " ".repeat(indent.length + width + GAP.length);
    return wrap(textOf(value), room).map((text, at) =>
      `${at === 0 ? head : hanging}${paintCell(text, value, paint)}`
    );
  });
}

const textOf = (cell: Cell): string => typeof cell === "string" ? cell : cell.text;

function paintCell(text: string, cell: Cell, paint: Paint): string {
  return typeof cell === "string" ? text : paint(cell.style, text);
}

function renderCell(
  cell: Cell,
  head: Column,
  width: number,
  isLast: boolean,
  paint: Paint,
  style?: Style,
): string {
  const fitted = head.flex === "middle" ? cutMiddle(textOf(cell), width) : cut(textOf(cell), width);
  const space = " ".repeat(Math.max(0, width - widthOf(fitted)));
  const painted = style ? paint(style, fitted) : paintCell(fitted, cell, paint);
  if (head.align === "right") return space + painted;
  return isLast ? painted : painted + space;
}

/** Takes the missing columns from the widest flexible one, again and again. */
function shrink(heads: readonly Column[], widths: number[], room: number): void {
  const used = () =>
    widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  while (used() > room) {
    let widest = -1;
    for (const [at, head] of heads.entries()) {
      if (!head.flex || widths[at]! <= NARROWEST) continue;
      if (widest < 0 || widths[at]! > widths[widest]!) widest = at;
    }
    if (widest < 0) return;
    widths[widest]!--;
  }
}
