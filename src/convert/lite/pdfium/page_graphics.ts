/** Reads what is drawn on a page: rules, filled areas, drawings, images. Looks into form objects. */
import type { Box, PageImage, Rule } from "../page_data.ts";
import type { Engine } from "./engine.ts";
import type { Frame } from "./page.ts";
import { type Matrix, type PathShape, readPath } from "./page_paths.ts";

export type Graphics = {
  rules: Rule[];
  fills: Box[];
  drawings: Box[];
  images: PageImage[];
  /** PDFium's objects of `images`, in the same order; valid while the page is open. */
  handles: number[];
};

const PATH = 2, IMAGE = 3, SHADING = 4, FORM = 5;
/** Maps have a million paths; what is beyond this many adds nothing to the layout. */
const MOST_OBJECTS = 30_000;
const DEEPEST = 8;
const UNIT: Matrix = [1, 0, 0, 1, 0, 0];

/** Without `paths` only images are read. */
export function readGraphics(engine: Engine, page: number, frame: Frame, paths: boolean): Graphics {
  const { call } = engine;
  const found: Graphics = { rules: [], fills: [], drawings: [], images: [], handles: [] };
  let left = MOST_OBJECTS;
  const clip = (object: number, matrix: Matrix) => clipped(engine, object, matrix, frame);
  const visit = (object: number, matrix: Matrix, depth: number) => {
    if (object === 0 || left-- <= 0) return;
    const type = call.FPDFPageObj_GetType!(object);
    if (type === PATH && paths) {
      addPath(found, readPath(engine, object, matrix), () => clip(object, matrix));
    } else if (type === IMAGE) addImage(engine, found, object, matrix, clip(object, matrix));
    else if (type === SHADING && paths) {
      const box = visible(boundsOf(engine, object, matrix), clip(object, matrix));
      if (box) found.drawings.push(box);
    } else if (type === FORM && depth < DEEPEST) {
      const inner = multiply(matrixOf(engine, object), matrix);
      const count = call.FPDFFormObj_CountObjects!(object);
      for (let i = 0; i < count && left > 0; i++) {
        visit(call.FPDFFormObj_GetObject!(object, i), inner, depth + 1);
      }
    }
  };
  const count = call.FPDFPage_CountObjects!(page);
  for (let i = 0; i < count && left > 0; i++) visit(call.FPDFPage_GetObject!(page, i), UNIT, 0);
  return found;
}

function addPath(found: Graphics, shape: PathShape, clip: () => Clip): void {
  if (shape.rules.length === 0 && shape.area === null) return;
  const shown = clip();
  for (const rule of shape.rules) {
    const box = visible(rule, shown);
    if (box) found.rules.push(box);
  }
  const area = shape.area && visible(shape.area, shown);
  if (!area) return;
  (shape.kind === "fill" ? found.fills : found.drawings).push(area);
}

function addImage(
  engine: Engine,
  found: Graphics,
  object: number,
  matrix: Matrix,
  clip: Clip,
): void {
  const { call, scratch } = engine;
  const box = visible(boundsOf(engine, object, matrix), clip);
  if (!box || !call.FPDFImageObj_GetImagePixelSize!(object, scratch, scratch + 4)) return;
  const [pixelWidth = 0, pixelHeight = 0] = engine.ints()
    .subarray(scratch >> 2, (scratch >> 2) + 2);
  if (pixelWidth <= 0 || pixelHeight <= 0) return;
  found.images.push({ ...box, index: found.images.length, pixelWidth, pixelHeight });
  found.handles.push(object);
}

/** In PDF coordinates. */
type Corners = { x0: number; y0: number; x1: number; y1: number };

function boundsOf(engine: Engine, object: number, matrix: Matrix): Corners {
  const { call, scratch: s } = engine;
  if (!call.FPDFPageObj_GetBounds!(object, s, s + 4, s + 8, s + 12)) {
    return { x0: 0, y0: 0, x1: 0, y1: 0 };
  }
  const [l = 0, b = 0, r = 0, t = 0] = engine.floats().slice(s >> 2, (s >> 2) + 4);
  const corners = [[l, b], [r, b], [l, t], [r, t]].map(([x, y]) => apply(matrix, x!, y!));
  const xs = corners.map(([x]) => x), ys = corners.map(([, y]) => y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}

/** What of an object can be seen: the page's frame and the extent of the object's clip path. */
type Clip = { frame: Frame; shown: Corners };

const MOST_CLIP_POINTS = 400;

function clipped(engine: Engine, object: number, matrix: Matrix, frame: Frame): Clip {
  const { call, scratch: s } = engine;
  const shown = { x0: frame.left, y0: frame.bottom, x1: frame.right, y1: frame.top };
  const clip = call.FPDFPageObj_GetClipPath!(object);
  const paths = clip === 0 ? 0 : call.FPDFClipPath_CountPaths!(clip);
  for (let path = 0; path < paths; path++) {
    const count = call.FPDFClipPath_CountPathSegments!(clip, path);
    if (count <= 0 || count > MOST_CLIP_POINTS) continue;
    const xs: number[] = [], ys: number[] = [];
    for (let at = 0; at < count; at++) {
      const segment = call.FPDFClipPath_GetPathSegment!(clip, path, at);
      if (segment === 0 || !call.FPDFPathSegment_GetPoint!(segment, s, s + 4)) continue;
      const [px = 0, py = 0] = engine.floats().subarray(s >> 2, (s >> 2) + 2);
      const [x, y] = apply(matrix, px, py);
      xs.push(x);
      ys.push(y);
    }
    if (xs.length < 2) continue;
    shown.x0 = Math.max(shown.x0, Math.min(...xs));
    shown.x1 = Math.min(shown.x1, Math.max(...xs));
    shown.y0 = Math.max(shown.y0, Math.min(...ys));
    shown.y1 = Math.min(shown.y1, Math.max(...ys));
  }
  return { frame, shown };
}

/** The part of it that is seen, y down; null when there is none. */
function visible(corners: Corners, { frame, shown }: Clip): Box | null {
  const left = Math.max(shown.x0, corners.x0) - frame.left;
  const right = Math.min(shown.x1, corners.x1) - frame.left;
  const top = frame.top - Math.min(shown.y1, corners.y1);
  const bottom = frame.top - Math.max(shown.y0, corners.y0);
  // Lines have no area, so equality is fine; NaN is not.
  return right >= left && bottom >= top ? { left, top, right, bottom } : null;
}

export function matrixOf(engine: Engine, object: number): Matrix {
  const { call, scratch } = engine;
  if (!call.FPDFPageObj_GetMatrix!(object, scratch)) return UNIT;
  return [...engine.floats().slice(scratch >> 2, (scratch >> 2) + 6)] as Matrix;
}

/** First `inner`, then `outer`. */
function multiply(inner: Matrix, outer: Matrix): Matrix {
  const [a, b, c, d, e, f] = inner;
  const [A, B, C, D, E, F] = outer;
  return [
    a * A + b * C,
    a * B + b * D,
    c * A + d * C,
    c * B + d * D,
    e * A + f * C + E,
    e * B + f * D + F,
  ];
}

function apply([a, b, c, d, e, f]: Matrix, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}
