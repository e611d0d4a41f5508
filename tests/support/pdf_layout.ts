/** Hand-made layout data for tests of the lite converter's stages. */
import { type Line, linesOf } from "../../src/convert/lite/lines.ts";
import type { Glyph, PageData, TextStyle } from "../../src/convert/lite/page_data.ts";
import { type Run, runsOf } from "../../src/convert/lite/runs.ts";

export const plainStyle: TextStyle = {
  font: "Test",
  size: 10,
  bold: false,
  italic: false,
  mono: false,
  turn: 0,
};

/** Characters half an em wide, beginning at `x` on the baseline `y`. */
export function glyphsOf(
  text: string,
  x: number,
  y: number,
  look: Partial<TextStyle> = {},
): Glyph[] {
  const style = { ...plainStyle, ...look };
  const wide = style.size / 2;
  const glyphs: Glyph[] = [];
  let space: Glyph["space"] = "no";
  [...text].forEach((character, at) => {
    if (character === " ") space = "written";
    else {
      const left = x + at * wide;
      glyphs.push({
        text: character,
        x: left,
        left,
        right: left + wide,
        top: y - style.size,
        bottom: y + 0.2 * style.size,
        baseline: y,
        style,
        space,
        unmapped: false,
      });
      space = "no";
    }
  });
  return glyphs;
}

export function runOf(text: string, x: number, y: number, look: Partial<TextStyle> = {}): Run {
  return runsOf(glyphsOf(text, x, y, look))[0]!;
}

/** Lines one below the other, 12 points apart unless told. */
export function columnOf(
  texts: string[],
  { x = 50, y = 100, leading = 12, ...look }: Partial<TextStyle> & {
    x?: number;
    y?: number;
    leading?: number;
  } = {},
): Line[] {
  return linesOf(texts.map((text, at) => runOf(text, x, y + at * leading, look)));
}

export function pageOf(glyphs: Glyph[], more: Partial<PageData> = {}): PageData {
  return {
    number: 1,
    width: 600,
    height: 800,
    glyphs,
    rules: [],
    fills: [],
    drawings: [],
    images: [],
    links: [],
    turned: 0,
    ...more,
  };
}
