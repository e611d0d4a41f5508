/** Cuts a page into columns and puts its parts in reading order. */
import { around, type Box, type Rule, width } from "./page_data.ts";
import type { Run } from "./runs.ts";

/** Something on the page that has its place in the text: a run, a picture, a table. */
export type Item<T = unknown> = Box & { kind: "run" | "block"; run: Run | null; block: T | null };

/** A column, or a stretch across all columns: its items are read from top to bottom. */
export type Region<T = unknown> = Box & { items: Item<T>[] };

/** What is drawn behind the items: rules, and stripes of tables, which no gutter goes through. */
export type Marks = { rules: Rule[]; stripes: Box[] };

/** In shares of the body size. */
const GUTTER = 0.85, NARROWEST = 7;
const FEWEST_LINES = 3;
const DEEPEST = 12;

/**
 * Strips between horizontal white space are merged while one vertical gutter runs through them; what has a
 * gutter is cut there, and both sides are looked at again. Long rules across a gutter end it.
 */
export function readingOrder<T>(
  items: Item<T>[],
  body: number,
  marks: Marks = { rules: [], stripes: [] },
  depth = 0,
): Region<T>[] {
  if (items.length === 0) return [];
  const bounds = around(items)!;
  const strips = stripsOf(items, marks.rules.filter((rule) => isWall(rule, bounds)));
  const regions: Region<T>[] = [];
  let plain: Item<T>[] = [];
  const flush = () => {
    if (plain.length > 0) regions.push({ ...around(plain)!, items: plain });
    plain = [];
  };
  for (let at = 0; at < strips.length;) {
    const cut = depth < DEEPEST ? columnsFrom(strips, at, bounds, body, marks) : null;
    if (!cut) {
      plain.push(...strips[at++]!.items);
      continue;
    }
    flush();
    for (const side of [cut.left, cut.right]) {
      regions.push(...readingOrder(side, body, marks, depth + 1));
    }
    at = cut.end;
  }
  flush();
  return regions;
}

type Strip<T> = { top: number; bottom: number; items: Item<T>[]; wall: boolean };

function isWall(rule: Rule, bounds: Box): boolean {
  const shared = Math.min(rule.right, bounds.right) - Math.max(rule.left, bounds.left);
  return rule.bottom - rule.top < 4 && shared > 0.7 * width(bounds) &&
    rule.top > bounds.top && rule.bottom < bounds.bottom;
}

function stripsOf<T>(items: Item<T>[], walls: Rule[]): Strip<T>[] {
  const parts = [
    ...items.map((item) => ({ item, top: item.top, bottom: item.bottom })),
    ...walls.map((wall) => ({ item: null, top: wall.top, bottom: wall.bottom })),
  ].sort((a, b) => a.top - b.top);
  const strips: Strip<T>[] = [];
  for (const { item, top, bottom } of parts) {
    const last = strips.at(-1);
    if (item === null) {
      if (!last || last.bottom <= top + 1) strips.push({ top, bottom, items: [], wall: true });
    } else if (last && !last.wall && top < last.bottom) {
      last.items.push(item);
      last.bottom = Math.max(last.bottom, bottom);
    } else strips.push({ top, bottom, items: [item], wall: false });
  }
  return strips;
}

type Gap = { from: number; to: number };
type Cut<T> = { left: Item<T>[]; right: Item<T>[]; end: number };

/** The longest group of strips from `start` through which a gutter runs, cut in two; null when there is none. */
function columnsFrom<T>(
  strips: Strip<T>[],
  start: number,
  bounds: Box,
  body: number,
  marks: Marks,
): Cut<T> | null {
  let gaps: Gap[] = [{ from: bounds.left, to: bounds.right }];
  let best: Cut<T> | null = null;
  let end = start;
  const states: Gap[][] = [];
  for (; end < strips.length && !strips[end]!.wall; end++) {
    const strip = strips[end]!;
    const stripes = marks.stripes.filter((s) => s.top < strip.bottom && s.bottom > strip.top);
    const next = gapsWithout(gaps, [...strip.items, ...stripes], GUTTER * body);
    if (next.length === 0) break;
    gaps = next;
    states.push(gaps);
  }
  for (let last = end; last > start && !best; last--) {
    // Only where the gutters change is there a new answer.
    const state = states[last - start - 1]!;
    if (last < end && JSON.stringify(state) === JSON.stringify(states[last - start])) continue;
    const group = strips.slice(start, last);
    const items = group.flatMap((strip) => strip.items);
    for (const gap of state) {
      const cut = cutAt(items, gap, body, marks.rules);
      if (!cut) continue;
      best = { ...trimEnd(cut, group, strips[last], gap), end: last };
      best.end = start + countStrips(group, best);
      break;
    }
  }
  return best;
}

function gapsWithout(gaps: Gap[], items: Box[], least: number): Gap[] {
  let left = gaps;
  for (const item of items) {
    const next: Gap[] = [];
    for (const gap of left) {
      if (item.right <= gap.from || item.left >= gap.to) next.push(gap);
      else {
        if (item.left - gap.from >= least) next.push({ from: gap.from, to: item.left });
        if (gap.to - item.right >= least) next.push({ from: item.right, to: gap.to });
      }
    }
    left = next;
  }
  return left;
}

function cutAt<T>(
  items: Item<T>[],
  gap: Gap,
  body: number,
  rules: Rule[],
): Omit<Cut<T>, "end"> | null {
  const middle = (gap.from + gap.to) / 2;
  const left = items.filter((item) => item.right <= middle);
  const right = items.filter((item) => item.left >= middle);
  if (left.length === 0 || right.length === 0) return null;
  const sides = [left, right].map((side) => sideFacts(side));
  const wideEnough = sides.every((side) =>
    side.width > NARROWEST * body && (side.lines.length >= FEWEST_LINES || side.pictures)
  );
  if (!wideEnough) return null;
  return isFramed(around(items)!, gap, rules) || !isTabular(sides[0]!, sides[1]!)
    ? { left, right }
    : null;
}

/** Frames end in the gutter: boxes side by side are no rows of a table. */
function isFramed(group: Box, gap: Gap, rules: Rule[]): boolean {
  return rules.some((rule) =>
    rule.right - rule.left < 3 && rule.left > gap.from - 2 && rule.right < gap.to + 2 &&
    Math.min(rule.bottom, group.bottom) - Math.max(rule.top, group.top) >
      0.5 * (group.bottom - group.top)
  );
}

type Side = { width: number; lines: number[]; fill: number; pictures: boolean; mono: boolean };

function sideFacts<T>(items: Item<T>[]): Side {
  const box = around(items)!;
  const rows = new Map<number, number>();
  for (const item of items) {
    if (!item.run) continue;
    const key = Math.round(item.run.baseline);
    rows.set(key, (rows.get(key) ?? 0) + width(item));
  }
  const lines = [...rows.keys()].sort((a, b) => a - b);
  const filled = [...rows.values()].reduce((sum, value) => sum + value, 0);
  return {
    width: width(box),
    lines,
    fill: lines.length === 0 ? 1 : filled / lines.length / width(box),
    mono: items.every((item) => item.run === null || item.run.mono > 0.5),
    pictures: items.some((item) => item.block !== null && item.bottom - item.top > 40),
  };
}

/** Many rows that stand level with a row of the other side are columns all the same: an index, a word list. */
const INDEX_LINES = 25;

/** Cells of a table are level with each other and leave their columns half empty; lines of text do not. */
function isTabular(left: Side, right: Side): boolean {
  if (left.pictures || right.pictures) return false;
  const level = (a: Side, b: Side) =>
    a.lines.filter((y) => b.lines.some((other) => Math.abs(y - other) <= 1)).length /
    a.lines.length;
  const shared = Math.max(level(left, right), level(right, left));
  const fill = Math.min(left.fill, right.fill);
  if (Math.min(left.lines.length, right.lines.length) >= INDEX_LINES && fill > 0.35) return false;
  // Code beside its comments, and a few lines beside a few, are read row by row.
  if (left.mono && right.mono) return shared >= 0.5;
  const lines = Math.min(left.lines.length, right.lines.length);
  if (lines < 6) return shared >= 0.5 && fill < 0.72;
  return shared >= 0.75 && fill < (lines < 14 ? 0.72 : 0.58);
}

/**
 * A heading above full-width text leaves the gutter free too, but belongs to what follows: strips at the end
 * with something on one side only go when they stand off from the columns and close to the text below.
 */
function trimEnd<T>(
  cut: Omit<Cut<T>, "end">,
  group: Strip<T>[],
  next: Strip<T> | undefined,
  gap: Gap,
): Omit<Cut<T>, "end"> {
  if (!next || next.wall) return cut;
  const dropped = new Set<Item<T>>();
  let below = next.top;
  for (let at = group.length - 1; at > 0; at--) {
    const strip = group[at]!, above = group[at - 1]!;
    const oneSided = strip.items.every((item) => item.right <= gap.from + 1) ||
      strip.items.every((item) => item.left >= gap.to - 1);
    const line = strip.bottom - strip.top;
    const standsOff = strip.top - above.bottom > Math.max(0.8 * line, 1.2 * (below - strip.bottom));
    if (!oneSided || strip.items.length > 2) break;
    if (standsOff) {
      for (const later of group.slice(at)) later.items.forEach((item) => dropped.add(item));
      break;
    }
    below = strip.top;
  }
  if (dropped.size === 0) return cut;
  const kept = (items: Item<T>[]) => items.filter((item) => !dropped.has(item));
  return { left: kept(cut.left), right: kept(cut.right) };
}

function countStrips<T>(group: Strip<T>[], cut: Omit<Cut<T>, "end">): number {
  const kept = new Set([...cut.left, ...cut.right]);
  return group.filter((strip) => strip.items.some((item) => kept.has(item))).length;
}
