/** Plain data that PDFium's page is read into. No handles: every stage behind is a pure function of it. */

/** x grows to the right, y grows **down**: a page's top is its smallest y. */
export type Box = { left: number; top: number; right: number; bottom: number };

/** How a piece of text is set. Shared by all glyphs of one look. */
export type TextStyle = {
  font: string;
  /** Height of the font in points, as seen on the page. */
  size: number;
  bold: boolean;
  italic: boolean;
  mono: boolean;
  /** Quarter turns counter-clockwise from upright; null when it is set at a slant. */
  turn: 0 | 1 | 2 | 3 | null;
};

/** A character in its loose box: as wide as its advance, as high as its font. */
export type Glyph = Box & {
  text: string;
  /** Where it starts on its baseline. */
  x: number;
  baseline: number;
  style: TextStyle;
  /** White space before it: `written` in the page's own text, or `guessed` by PDFium from the places. */
  space: "no" | "guessed" | "written";
  /** PDFium could not tell which character it is. */
  unmapped: boolean;
};

/** A straight line, horizontal or vertical, or the edge of a frame. */
export type Rule = Box;

export type PageImage = Box & {
  /** Position among the page's images, to ask for its bytes. */
  index: number;
  pixelWidth: number;
  pixelHeight: number;
};

export type PageLink = Box & { url: string };

export type PageData = {
  /** From 1. */
  number: number;
  width: number;
  height: number;
  glyphs: Glyph[];
  rules: Rule[];
  /** Filled areas: backgrounds of boxes, of table rows. */
  fills: Box[];
  /** Curves, slanted lines and shadings: what drawings are made of. */
  drawings: Box[];
  images: PageImage[];
  links: PageLink[];
  /** Quarter turns counter-clockwise by which the page was turned to make its text upright. */
  turned: 0 | 1 | 2 | 3;
};

/** An entry of the document's outline. */
export type OutlineEntry = { title: string; level: number; page: number };

export function width(box: Box): number {
  return box.right - box.left;
}

export function height(box: Box): number {
  return box.bottom - box.top;
}

export function area(box: Box): number {
  return Math.max(0, width(box)) * Math.max(0, height(box));
}

export function union(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** The smallest box around all; `null` around none. */
export function around(boxes: Iterable<Box>): Box | null {
  let all: Box | null = null;
  for (const box of boxes) all = all ? union(all, box) : { ...edges(box) };
  return all;
}

function edges({ left, top, right, bottom }: Box): Box {
  return { left, top, right, bottom };
}

/** Whether they touch when each is let out by `slack`. */
export function touches(a: Box, b: Box, slack = 0): boolean {
  return a.left <= b.right + slack && b.left <= a.right + slack &&
    a.top <= b.bottom + slack && b.top <= a.bottom + slack;
}

export function contains(outer: Box, x: number, y: number, slack = 0): boolean {
  return x >= outer.left - slack && x <= outer.right + slack &&
    y >= outer.top - slack && y <= outer.bottom + slack;
}

export function intersection(a: Box, b: Box): Box {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}
