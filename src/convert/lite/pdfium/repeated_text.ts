/** Gives back characters that PDFium leaves out as copies though they stand beside their like: the second of "--". */
import type { Glyph } from "../page_data.ts";
import type { Engine } from "./engine.ts";

const TEXT = 1;
const MOST_OBJECTS = 30_000;

/**
 * PDFium drops a text object that looks like the one before it at nearly the same place (an imitation of
 * bold), and takes narrow signs side by side for that. `objects[i]` is the text object of `glyphs[i]`.
 */
export function withRepeatedText(
  engine: Engine,
  page: number,
  glyphs: Glyph[],
  objects: number[],
): Glyph[] {
  const lastGlyph = new Map<number, number>();
  objects.forEach((object, at) => lastGlyph.set(object, at));
  const added = new Map<number, Glyph>();
  const count = Math.min(engine.call.FPDFPage_CountObjects!(page), MOST_OBJECTS);
  for (let at = 0, before = 0; at < count; at++) {
    const object = engine.call.FPDFPage_GetObject!(page, at);
    if (engine.call.FPDFPageObj_GetType!(object) !== TEXT) continue;
    const known = lastGlyph.get(before);
    if (!lastGlyph.has(object) && known !== undefined) {
      const shift = shiftBeside(engine, before, object);
      if (shift !== null) added.set(known, shifted(glyphs[known]!, shift));
    }
    before = object;
  }
  if (added.size === 0) return glyphs;
  return glyphs.flatMap((glyph, at) => added.has(at) ? [glyph, added.get(at)!] : [glyph]);
}

/** How far right of `first` its like stands; null when they lie on one another or differ. */
function shiftBeside(engine: Engine, first: number, second: number): number | null {
  const a = bounds(engine, first), b = bounds(engine, second);
  if (!a || !b) return null;
  const alike = Math.abs(a.bottom - b.bottom) < 0.1 && Math.abs(a.top - b.top) < 0.1 &&
    Math.abs(a.right - a.left - (b.right - b.left)) < 0.1;
  const shift = b.left - a.left, wide = a.right - a.left;
  return alike && wide > 0.1 && shift > 0.95 * wide && shift < 2.5 * wide ? shift : null;
}

function bounds(engine: Engine, object: number) {
  const { call, scratch: s } = engine;
  if (!call.FPDFPageObj_GetBounds!(object, s, s + 4, s + 8, s + 12)) return null;
  const [left = 0, bottom = 0, right = 0, top = 0] = engine.floats().slice(s >> 2, (s >> 2) + 4);
  return { left, bottom, right, top };
}

function shifted(glyph: Glyph, by: number): Glyph {
  return {
    ...glyph,
    x: glyph.x + by,
    left: glyph.left + by,
    right: glyph.right + by,
    space: "no",
  };
}
