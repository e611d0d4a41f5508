/** Tells what a path is: a rule or a frame, a filled area, or part of a drawing. */
import type { Engine } from "./engine.ts";

/** PDF's a b c d e f. */
export type Matrix = [number, number, number, number, number, number];
type Corners = { x0: number; y0: number; x1: number; y1: number };

/** In PDF coordinates. `area` is the extent of what is filled or drawn. */
export type PathShape = { rules: Corners[]; area: Corners | null; kind: "fill" | "drawing" };

const NOTHING: PathShape = { rules: [], area: null, kind: "fill" };
/** Longer paths are drawings, whatever they are. */
const MOST_SEGMENTS = 600;
const LINE_TO = 0, BEZIER = 1;
/** Thinner than this a filled area is a rule. */
const THIN = 2.5;

/** White and transparent paths are nothing. */
export function readPath(engine: Engine, path: number, matrix: Matrix): PathShape {
  const { call, scratch } = engine;
  if (!call.FPDFPath_GetDrawMode!(path, scratch, scratch + 4)) return NOTHING;
  const [fillMode = 0, strokes = 0] = engine.ints().slice(scratch >> 2, (scratch >> 2) + 2);
  const filled = fillMode !== 0 && inked(engine, "FPDFPageObj_GetFillColor", path);
  const stroked = strokes !== 0 && inked(engine, "FPDFPageObj_GetStrokeColor", path);
  if (!filled && !stroked) return NOTHING;

  const outline = trace(engine, path, matrix);
  if (outline.box === null) return NOTHING;
  const { x0, y0, x1, y1 } = outline.box;
  if (x1 - x0 <= THIN || y1 - y0 <= THIN) return { ...NOTHING, rules: [outline.box] };
  const straight = outline.curves === 0 && outline.slanted === 0;
  if (straight) {
    const rules = stroked ? outline.straights : [];
    return { rules, area: filled ? outline.box : null, kind: "fill" };
  }
  // A frame with round corners is four curves and four lines.
  const rounded = outline.slanted === 0 && outline.curves <= 8 && x1 - x0 > 60 && y1 - y0 > 14;
  return { rules: [], area: outline.box, kind: rounded ? "fill" : "drawing" };
}

function inked(engine: Engine, ask: string, path: number): boolean {
  const { call, scratch: s } = engine;
  if (!call[ask]!(path, s, s + 4, s + 8, s + 12)) return true;
  const [r = 0, g = 0, b = 0, alpha = 255] = engine.ints().slice(s >> 2, (s >> 2) + 4);
  return alpha > 8 && Math.min(r, g, b) < 250;
}

type Outline = { box: Corners | null; straights: Corners[]; curves: number; slanted: number };

function trace(engine: Engine, path: number, matrix: Matrix): Outline {
  const { call } = engine;
  const own = ownMatrix(engine, path);
  const outline: Outline = { box: null, straights: [], curves: 0, slanted: 0 };
  const count = call.FPDFPath_CountSegments!(path);
  if (count > MOST_SEGMENTS) outline.curves = count;
  let start: Point | null = null, last: Point | null = null;
  for (let i = 0; i < Math.min(count, MOST_SEGMENTS); i++) {
    const segment = call.FPDFPath_GetPathSegment!(path, i);
    const point = pointOf(engine, segment, own, matrix);
    if (point === null) continue;
    outline.box = grow(outline.box, point);
    const type = call.FPDFPathSegment_GetType!(segment);
    if (type === LINE_TO && last) addLine(outline, last, point);
    else if (type === BEZIER) outline.curves++;
    else start = point;
    last = point;
    if (call.FPDFPathSegment_GetClose!(segment) && start) {
      addLine(outline, point, start);
      last = start;
    }
  }
  // A curve is three points; rounded frames are told by the number of curves.
  if (count <= MOST_SEGMENTS) outline.curves = Math.ceil(outline.curves / 3);
  return outline;
}

type Point = [x: number, y: number];

function ownMatrix(engine: Engine, path: number): Matrix {
  const { call, scratch } = engine;
  if (!call.FPDFPageObj_GetMatrix!(path, scratch)) return [1, 0, 0, 1, 0, 0];
  return [...engine.floats().slice(scratch >> 2, (scratch >> 2) + 6)] as Matrix;
}

function pointOf(engine: Engine, segment: number, own: Matrix, outer: Matrix): Point | null {
  const { call, scratch: s } = engine;
  if (segment === 0 || !call.FPDFPathSegment_GetPoint!(segment, s, s + 4)) return null;
  let [x = 0, y = 0] = engine.floats().slice(s >> 2, (s >> 2) + 2);
  for (const [a, b, c, d, e, f] of [own, outer]) [x, y] = [a * x + c * y + e, b * x + d * y + f];
  return Number.isFinite(x + y) ? [x, y] : null;
}

function grow(box: Corners | null, [x, y]: Point): Corners {
  if (box === null) return { x0: x, y0: y, x1: x, y1: y };
  return {
    x0: Math.min(box.x0, x),
    y0: Math.min(box.y0, y),
    x1: Math.max(box.x1, x),
    y1: Math.max(box.y1, y),
  };
}

function addLine(outline: Outline, [ax, ay]: Point, [bx, by]: Point): void {
  const across = Math.abs(ax - bx), up = Math.abs(ay - by);
  if (across < 0.05 && up < 0.05) return;
  if (across > 1 && up > 1) outline.slanted++;
  else {
    outline.straights.push({
      x0: Math.min(ax, bx),
      y0: Math.min(ay, by),
      x1: Math.max(ax, bx),
      y1: Math.max(ay, by),
    });
  }
}
