/** Finds drawings: clusters of curves, bars and images. Text inside one is part of the picture. */
import { isCaption } from "./headings.ts";
import {
  area,
  around,
  type Box,
  contains,
  intersection,
  type PageData,
  touches,
  union,
} from "./page_data.ts";
import { type Run, textOf } from "./runs.ts";

export type Figure = { box: Box; runs: Set<Run>; images: Set<number> };

/** Points. Parts that are closer belong together. */
const CELL = 5;
const LEAST_WIDTH = 45, LEAST_HEIGHT = 30;
const FEWEST_PARTS = 4;
/** A drawing that covers more of the page than this, with text on it, is its background. */
const BACKGROUND = 0.8;

/** `taken` are boxes of tables: nothing in them is a drawing. */
export function findFigures(
  page: PageData,
  runs: Run[],
  taken: Box[],
  bodySize: number,
): Figure[] {
  const parts = partsOf(page, runs, taken);
  if (parts.length === 0) return [];
  const figures: Figure[] = [];
  for (const cluster of clusters(parts, page)) {
    const box = around(cluster)!;
    const drawn = cluster.filter((part) => part.image === null).length;
    const axes = page.rules.filter((rule) => touches(rule, box, 4)).length;
    if (drawn < 1 || drawn + axes < FEWEST_PARTS || !isLargeEnough(box)) continue;
    if (isBackground(box, page, runs)) continue;
    const whole = growOver(box, page, runs, bodySize);
    if (holdsProse(whole, runs)) continue;
    figures.push(toFigure(whole, page, runs));
  }
  return joinNear(figures, page, runs, bodySize);
}

function toFigure(box: Box, page: PageData, runs: Run[]): Figure {
  const images = page.images.filter((image) =>
    contains(box, (image.left + image.right) / 2, (image.top + image.bottom) / 2)
  );
  return {
    box,
    runs: new Set(runs.filter((run) => isInside(run, box))),
    images: new Set(images.map((image) => image.index)),
  };
}

/** Drawings side by side, with nothing but labels between them, are one figure. */
function joinNear(figures: Figure[], page: PageData, runs: Run[], bodySize: number): Figure[] {
  const joined: Figure[] = [];
  for (const figure of figures) {
    let whole = figure;
    for (let at = joined.length - 1; at >= 0; at--) {
      const box = union(whole.box, joined[at]!.box);
      if (!touches(whole.box, joined[at]!.box, 2.2 * bodySize) || holdsText(box, runs)) continue;
      whole = toFigure(box, page, runs);
      joined.splice(at, 1);
    }
    joined.push(whole);
  }
  return joined;
}

function holdsText(box: Box, runs: Run[]): boolean {
  return holdsProse(box, runs) ||
    runs.some((run) => isInside(run, box) && (run.count > 30 || isCaption(textOf(run.spans))));
}

type Part = Box & { image: number | null };

function partsOf(page: PageData, runs: Run[], taken: Box[]): Part[] {
  const whole = page.width * page.height;
  const frames = page.fills.filter((fill) => isLargeEnough(fill) && area(fill) < 0.6 * whole);
  const free = (box: Box) =>
    !taken.some((t) => contains(t, (box.left + box.right) / 2, (box.top + box.bottom) / 2, 2));
  // Bars and boxes of a chart hold no lines of text; backgrounds of text do.
  const bars = page.fills.filter((fill) => !runs.some((run) => isInside(run, fill)));
  const drawn = [...page.drawings, ...bars].filter((box) => area(box) < BACKGROUND * whole);
  const images = page.images.filter((image) => area(image) < 0.5 * whole);
  return [
    ...drawn.filter(free).map((box) => ({ ...framed(box, frames), image: null })),
    ...images.filter(free).map((box) => ({ ...framed(box, frames), image: box.index })),
  ];
}

/** Soft edges of pictures reach invisibly beyond the frame that they stand in. */
function framed(box: Box, frames: Box[]): Box {
  const frame = frameOf(box, frames);
  const { left, top, right, bottom } = frame ? intersection(box, frame) : box;
  return { left, top, right, bottom };
}

function frameOf(box: Box, frames: Box[]): Box | undefined {
  const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
  return frames.filter((frame) => contains(frame, x, y) && area(frame) > 1.2 * area(box))
    .sort((a, b) => area(a) - area(b))[0];
}

/** Parts in touching squares of a grid are one cluster. */
function clusters(parts: Part[], page: PageData): Part[][] {
  const wide = Math.ceil(page.width / CELL) + 2, high = Math.ceil(page.height / CELL) + 2;
  if (wide * high > 4_000_000) return [];
  const owner = new Int32Array(wide * high);
  const leader = parts.map((_, at) => at);
  const find = (at: number): number => {
    while (leader[at] !== at) at = leader[at] = leader[leader[at]!]!;
    return at;
  };
  parts.forEach((part, at) => {
    const x1 = Math.min(wide - 1, Math.floor(part.right / CELL) + 1);
    const y1 = Math.min(high - 1, Math.floor(part.bottom / CELL) + 1);
    for (let y = Math.max(0, Math.floor(part.top / CELL)); y <= y1; y++) {
      for (let x = Math.max(0, Math.floor(part.left / CELL)); x <= x1; x++) {
        const cell = y * wide + x;
        if (owner[cell]) leader[find(at)] = find(owner[cell]! - 1);
        owner[cell] = at + 1;
      }
    }
  });
  const groups = new Map<number, Part[]>();
  parts.forEach((part, at) => {
    const group = groups.get(find(at));
    if (group) group.push(part);
    else groups.set(find(at), [part]);
  });
  return [...groups.values()];
}

function isLargeEnough(box: Box): boolean {
  return box.right - box.left >= LEAST_WIDTH && box.bottom - box.top >= LEAST_HEIGHT;
}

function isBackground(box: Box, page: PageData, runs: Run[]): boolean {
  const inside = runs.filter((run) => isInside(run, box)).length;
  return area(box) > BACKGROUND * page.width * page.height && inside > 5;
}

/** Takes in the axes and frames that touch it, and the labels beside them. */
function growOver(start: Box, page: PageData, runs: Run[], bodySize: number): Box {
  const frame = frameOf(start, page.fills);
  let box = frame && area(start) > 0.4 * area(frame) ? frame : start;
  const frames = page.rules.filter((rule) => touches(rule, start, 6));
  const most = 0.75 * page.height;
  const framed = around([box, ...frames])!;
  if (framed.bottom - framed.top < most) box = framed;
  for (let round = 0; round < 2; round++) {
    const labels = runs.filter((run) =>
      isLabel(run, bodySize) && touches(run, box, 0.9 * run.size)
    );
    box = around([box, ...labels])!;
  }
  return box;
}

const LONGEST_LABEL = 22;

function isLabel(run: Run, bodySize: number): boolean {
  const tiny = run.size < 0.7 * bodySize && run.count < 90;
  return tiny || run.count <= LONGEST_LABEL && run.right - run.left < 12 * run.size &&
      run.bold < 0.9 && !isCaption(textOf(run.spans));
}

function isInside(run: Run, box: Box): boolean {
  return contains(box, (run.left + run.right) / 2, run.baseline - 0.3 * run.size, 1);
}

/** Lines of running text on a decorated ground are text. */
function holdsProse(box: Box, runs: Run[]): boolean {
  const inside = runs.filter((run) => isInside(run, box));
  const long = inside.filter((run) =>
    run.count > 40 || run.right - run.left > 0.75 * (box.right - box.left) && run.count > 25
  );
  return long.length >= 3;
}
