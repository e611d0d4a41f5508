/** Reads a page's characters with their places and looks. */
import type { Glyph, TextStyle } from "../page_data.ts";
import { type Engine, readUtf8 } from "./engine.ts";
import type { Frame } from "./page.ts";
import { withRepeatedText } from "./repeated_text.ts";

/** Control characters that PDFium answers with: 2 is a hyphen at a line's end. */
const LINE_END_HYPHEN = 2;
/** No page that people read has more; the rest is left out. */
const MOST_GLYPHS = 200_000;

/** In the order of the page's own content, y down from the frame's top. Pages without text give none. */
export function readGlyphs(engine: Engine, page: number, frame: Frame): Glyph[] {
  const { call } = engine;
  const text = call.FPDFText_LoadPage!(page);
  if (text === 0) return [];
  try {
    const count = Math.min(call.FPDFText_CountChars!(text), MOST_GLYPHS);
    const styleAt = styleReader(engine, text);
    const glyphs: Glyph[] = [];
    const objects: number[] = [];
    let space: Glyph["space"] = "no";
    for (let at = 0; at < count; at++) {
      let code = call.FPDFText_GetUnicode!(text, at) >>> 0;
      if (isSpace(code)) {
        if (code >= 0x20 && call.FPDFText_IsGenerated!(text, at) === 0) space = "written";
        else if (space === "no") space = "guessed";
        continue;
      }
      if (isHighSurrogate(code) && at + 1 < count) {
        code = joinSurrogates(code, call.FPDFText_GetUnicode!(text, at + 1) >>> 0);
        if (code > 0xffff) at++;
      }
      const glyph = readGlyph(engine, text, at, code, frame, styleAt);
      if (glyph === null) continue;
      glyph.space = space;
      glyphs.push(glyph);
      objects.push(call.FPDFText_GetTextObject!(text, at));
      space = "no";
    }
    return withRepeatedText(engine, page, glyphs, objects);
  } finally {
    call.FPDFText_ClosePage!(text);
  }
}

/** Joiners, marks of direction. */
function isInvisible(code: number): boolean {
  return (code >= 0x200c && code <= 0x200f) || (code >= 0x2060 && code <= 0x2064);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

/** The character beyond the first 65,536 that two halves make; the first half alone when they do not. */
function joinSurrogates(high: number, low: number): number {
  return low >= 0xdc00 && low < 0xe000 ? ((high - 0xd800) << 10) + (low - 0xdc00) + 0x10000 : high;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200b) || code === 0xfeff;
}

function readGlyph(
  engine: Engine,
  text: number,
  at: number,
  code: number,
  frame: Frame,
  styleAt: (at: number) => TextStyle,
): Glyph | null {
  const { call, scratch } = engine;
  if (isInvisible(code)) return null;
  if (!call.FPDFText_GetLooseCharBox!(text, at, scratch)) return null;
  const floats = engine.floats(), f = scratch >> 2;
  const left = floats[f]!, top = floats[f + 1]!, right = floats[f + 2]!, bottom = floats[f + 3]!;
  if (!call.FPDFText_GetCharOrigin!(text, at, scratch, scratch + 8)) return null;
  const doubles = engine.doubles(), d = scratch >> 3;
  const x = doubles[d]!, y = doubles[d + 1]!;
  if (!Number.isFinite(left + top + right + bottom + x + y)) return null;
  return {
    text: character(code),
    left: Math.min(left, right) - frame.left,
    right: Math.max(left, right) - frame.left,
    top: frame.top - Math.max(top, bottom),
    bottom: frame.top - Math.min(top, bottom),
    x: x - frame.left,
    baseline: frame.top - y,
    style: styleAt(at),
    space: "no",
    unmapped: code === 0 || code === 0xfffd ||
      call.FPDFText_HasUnicodeMapError!(text, at) === 1,
  };
}

function character(code: number): string {
  if (code === LINE_END_HYPHEN) return "-";
  if (code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return "\ufffd";
  return String.fromCodePoint(code);
}

/** One style object per look: characters of one text object share its font and matrix. */
function styleReader(engine: Engine, text: number): (at: number) => TextStyle {
  const byObject = new Map<number, TextStyle>();
  const byLook = new Map<string, TextStyle>();
  const fonts = new Map<number, FontFacts>();
  return (at) => {
    const object = engine.call.FPDFText_GetTextObject!(text, at);
    const known = byObject.get(object);
    if (known) return known;
    const style = readStyle(engine, text, at, object, fonts);
    const look = JSON.stringify(style);
    const shared = byLook.get(look) ?? style;
    byLook.set(look, shared);
    byObject.set(object, shared);
    return shared;
  };
}

type FontFacts = { name: string; bold: boolean; italic: boolean; mono: boolean };

function readStyle(
  engine: Engine,
  text: number,
  at: number,
  object: number,
  fonts: Map<number, FontFacts>,
): TextStyle {
  const { call, scratch } = engine;
  // The calls that answer floating point numbers give them as doubles.
  const fontSize = Math.abs(call.FPDFText_GetFontSize!(text, at));
  let matrix = [1, 0, 0, 1];
  if (call.FPDFText_GetMatrix!(text, at, scratch)) {
    matrix = [...engine.floats().subarray(scratch >> 2, (scratch >> 2) + 4)];
  }
  const [a = 1, b = 0, c = 0, d = 1] = matrix;
  const font = object === 0 ? 0 : call.FPDFTextObj_GetFont!(object);
  let facts = fonts.get(font);
  if (!facts) fonts.set(font, facts = fontFacts(engine, font));
  const size = fontSize * Math.hypot(c, d);
  return {
    font: facts.name,
    size: Math.round(size * 10) / 10,
    bold: facts.bold,
    italic: facts.italic,
    mono: facts.mono,
    turn: turnOf(Math.atan2(b, a)),
  };
}

/** Text that leans by up to 10 degrees still counts as set in that direction. */
function turnOf(angle: number): TextStyle["turn"] {
  const quarters = angle / (Math.PI / 2);
  const turn = Math.round(quarters);
  if (Math.abs(quarters - turn) > 10 / 90) return null;
  return ((turn + 4) % 4) as 0 | 1 | 2 | 3;
}

const FIXED_PITCH = 1, SYMBOLIC = 4, ITALIC = 1 << 6, FORCE_BOLD = 1 << 18;
const BOLD_NAME = /bold|black|heavy|demi|CMBX|CMSSBX|SFBX|[-,]Bd|-B$/i;
const ITALIC_NAME = /italic|oblique|slanted|kursiv|CMTI|CMSL|SFTI|[-,]It\b|-I$|ReguItal|MediItal/i;
const MONO_NAME =
  /mono|courier|consol|typewriter|CMTT|CMSLTT|SFTT|LetterGothic|menlo|inconsolata|SourceCode|fixed/i;
/** Letters of formulas look slanted but are no emphasis. */
const MATH_NAME = /CMMI|CMSY|CMEX|MSAM|MSBM|Math|Symbol/i;

function fontFacts(engine: Engine, font: number): FontFacts {
  if (font === 0) return { name: "", bold: false, italic: false, mono: false };
  const { call } = engine;
  const full = readUtf8(engine, (b, n) => call.FPDFFont_GetBaseFontName!(font, b, n));
  const name = full.replace(/^[A-Z]{6}\+/, "");
  const flags = Math.max(0, call.FPDFFont_GetFlags!(font));
  const weight = call.FPDFFont_GetWeight!(font);
  const math = MATH_NAME.test(name);
  return {
    name,
    bold: BOLD_NAME.test(name) || weight >= 600 || (flags & FORCE_BOLD) !== 0,
    italic: !math && (ITALIC_NAME.test(name) || (flags & ITALIC) !== 0),
    mono: !math && (MONO_NAME.test(name) || (flags & (FIXED_PITCH | SYMBOLIC)) === FIXED_PITCH),
  };
}
