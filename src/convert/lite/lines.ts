/** Runs on one baseline of a column become its lines. */
import { around, type Box } from "./page_data.ts";
import { type Run, sameLook, type Span, textOf } from "./runs.ts";

/** One line of a column. */
export type Line = Box & {
  /** From left to right; several where wide gaps separate them. */
  parts: Run[];
  spans: Span[];
  text: string;
  baseline: number;
  size: number;
  font: string;
  bold: number;
  italic: boolean;
  mono: number;
};

/** Share of an em by which baselines of one line may differ. */
const LEVEL = 0.3;

export function linesOf(runs: Run[]): Line[] {
  const rows: Run[][] = [];
  for (const run of [...runs].sort((a, b) => a.baseline - b.baseline)) {
    const row = rows.at(-1);
    const first = row?.[0];
    const level = first &&
      Math.abs(run.baseline - first.baseline) < LEVEL * Math.max(first.size, run.size);
    if (level) row!.push(run);
    else rows.push([run]);
  }
  return rows.map(toLine);
}

function toLine(runs: Run[]): Line {
  const backwards = runs.filter((run) => run.rightToLeft).length > runs.length / 2;
  const parts = runs.sort((a, b) => backwards ? b.right - a.right : a.left - b.left);
  const main = parts.reduce((most, run) => run.count > most.count ? run : most);
  const count = parts.reduce((sum, run) => sum + run.count, 0);
  const share = (of: "bold" | "mono") =>
    parts.reduce((sum, run) => sum + run[of] * run.count, 0) / count;
  const spans = joinSpans(parts.map((run) => run.spans), " ");
  return {
    ...around(parts)!,
    parts,
    spans,
    text: textOf(spans),
    baseline: main.baseline,
    size: main.size,
    font: main.font,
    bold: share("bold"),
    italic: spans.every((span) => span.italic || !/\p{L}/u.test(span.text)) &&
      spans.some((span) => span.italic),
    mono: share("mono"),
  };
}

/** One list of spans, `between` put between the lists; neighbours of one look become one span. */
export function joinSpans(lists: Span[][], between: string): Span[] {
  const joined: Span[] = [];
  for (const list of lists) {
    const last = joined.at(-1);
    if (last && list.length > 0 && !last.text.endsWith(" ")) {
      joined[joined.length - 1] = { ...last, text: last.text + between };
    }
    for (const span of list) {
      const before = joined.at(-1);
      if (before && sameLook(before, span)) {
        joined[joined.length - 1] = { ...before, text: before.text + span.text };
      } else joined.push({ ...span });
    }
  }
  return joined;
}
