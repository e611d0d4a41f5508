/** One open page: its plain data, the bytes of its images, pictures of its parts. */
import type { Box, PageData } from "../page_data.ts";
import type { Engine } from "./engine.ts";
import { readGraphics } from "./page_graphics.ts";
import { type ImageBytes, imageBytes, renderPart } from "./page_images.ts";
import { readLinks } from "./page_links.ts";
import { readGlyphs } from "./page_text.ts";

export type PdfPage = {
  readonly number: number;
  /** `all`: also rules, fills, drawings and links, which only the second pass needs. */
  read(what: "text" | "all"): PageData;
  /** The picture behind `PageData.images[index]`. Null: PDFium cannot decode it. */
  image(index: number): ImageBytes | null;
  /** A picture of a part of the page as people see it; `part` in the coordinates of `read()`. */
  render(part: Box, turned: 0 | 1 | 2 | 3, dotsPerInch: number): ImageBytes | null;
  /** Must be called; nothing else may be called after it. */
  close(): void;
};

/** Where the visible page lies in PDF's own coordinates (y up). */
export type Frame = { left: number; bottom: number; right: number; top: number };

export function openPage(engine: Engine, document: number, number: number): PdfPage | null {
  const page = engine.call.FPDF_LoadPage!(document, number - 1);
  if (page === 0) return null;
  const frame = frameOf(engine, page);
  let images: number[] = [];
  return {
    number,
    read(what) {
      const graphics = readGraphics(engine, page, frame, what === "all");
      images = graphics.handles;
      return {
        number,
        width: frame.right - frame.left,
        height: frame.top - frame.bottom,
        glyphs: readGlyphs(engine, page, frame),
        rules: graphics.rules,
        fills: graphics.fills,
        drawings: graphics.drawings,
        images: graphics.images,
        links: what === "all" ? readLinks(engine, document, page, frame) : [],
        turned: 0,
      };
    },
    image(index) {
      const handle = images[index];
      return handle === undefined ? null : imageBytes(engine, document, page, handle);
    },
    render: (part, turned, dotsPerInch) =>
      renderPart(engine, page, frame, part, turned, dotsPerInch),
    close: () => void engine.call.FPDF_ClosePage!(page),
  };
}

function frameOf(engine: Engine, page: number): Frame {
  const { call, scratch } = engine;
  // FS_RECTF: left, top, right, bottom
  if (call.FPDF_GetPageBoundingBox!(page, scratch)) {
    const [left = 0, top = 0, right = 0, bottom = 0] = engine.floats()
      .subarray(scratch >> 2, (scratch >> 2) + 4);
    const frame = {
      left: Math.min(left, right),
      bottom: Math.min(top, bottom),
      right: Math.max(left, right),
      top: Math.max(top, bottom),
    };
    if (frame.right - frame.left > 1 && frame.top - frame.bottom > 1) return frame;
  }
  return { left: 0, bottom: 0, right: 612, top: 792 };
}
