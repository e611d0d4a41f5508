/** Tells which lines of a table are one row. */
import type { Line } from "./lines.ts";

/** Gaps up to this multiple of the smallest are within a row. */
const TIGHT = 1.12;

/**
 * Indices of lines, row by row. `filled` says which cells each line has; `edges` are heights that part
 * rows (rules, the borders of stripes), where the page shows them.
 */
export function groupRows(lines: Line[], filled: boolean[][], edges: number[] | null): number[][] {
  const group = (isWithin: (at: number) => boolean) => {
    const rows: number[][] = [];
    lines.forEach((_, at) => {
      if (at > 0 && isWithin(at)) rows.at(-1)!.push(at);
      else rows.push([at]);
    });
    return rows;
  };
  const banded = edges && group(withinBand(lines, edges));
  const isCoarse = banded?.some((row) => row.filter((at) => isComplete(filled[at]!)).length >= 3);
  return banded && !isCoarse ? banded : group(withinPitch(lines, filled));
}

/** A row of its own: bands with several such lines part groups of rows. */
function isComplete(filled: boolean[]): boolean {
  return filled[0]! && filled.filter(Boolean).length > 0.7 * filled.length;
}

function withinBand(lines: Line[], edges: number[]): (at: number) => boolean {
  return (at) => {
    const above = lines[at - 1]!.baseline, here = lines[at]!.baseline;
    return !edges.some((edge) => edge > above - 0.2 * lines[at]!.size && edge < here);
  };
}

function withinPitch(lines: Line[], filled: boolean[][]): (at: number) => boolean {
  const gapAt = (at: number) => lines[at]!.baseline - lines[at - 1]!.baseline;
  const gaps = lines.slice(1).map((_, at) => gapAt(at + 1));
  const pitch = Math.min(...gaps);
  const body = gaps.slice(1);
  const loose = body.filter((gap) => gap > TIGHT * pitch).length;
  const parted = loose >= 2 && loose >= 0.5 * (body.length - loose);
  return (at) => {
    if (gapAt(at) > TIGHT * pitch && parted) return false;
    if (parted) return true;
    const cells = filled[at]!.filter(Boolean).length;
    return !filled[at]![0] && cells <= filled[at]!.length / 2 && gapAt(at) < 1.6 * lines[at]!.size;
  };
}
