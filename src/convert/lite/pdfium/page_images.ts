/** Bytes of a page's pictures: the original JPEG where it can be kept, else pixels. */
import { type Box, height, width } from "../page_data.ts";
import type { Engine } from "./engine.ts";
import { readUtf8 } from "./engine.ts";
import type { Frame } from "./page.ts";
import { matrixOf } from "./page_graphics.ts";

/** `jpeg`: a file's bytes. `pixels`: rows of red, green, blue. */
export type ImageBytes =
  | { kind: "jpeg"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "pixels"; width: number; height: number; rgb: Uint8Array<ArrayBuffer> };

/** Larger pictures are made smaller: their pixels must fit beside the document. */
const MOST_PIXELS = 9_000_000;
const MOST_JPEG_BYTES = 256 * 1024 * 1024;

/** Null when PDFium cannot decode it. */
export function imageBytes(
  engine: Engine,
  document: number,
  page: number,
  image: number,
): ImageBytes | null {
  const jpeg = originalJpeg(engine, image);
  if (jpeg) return { kind: "jpeg", bytes: jpeg };
  const bitmap = renderImage(engine, document, page, image) ||
    engine.call.FPDFImageObj_GetBitmap!(image);
  return bitmap === 0 ? null : takePixels(engine, bitmap);
}

/** Only of one or three colours, and without a mask: viewers differ on the others. */
function originalJpeg(engine: Engine, image: number): Uint8Array<ArrayBuffer> | null {
  const { call } = engine;
  const filters = call.FPDFImageObj_GetImageFilterCount!(image);
  if (filters < 1) return null;
  const last = readUtf8(
    engine,
    (b, n) => call.FPDFImageObj_GetImageFilter!(image, filters - 1, b, n),
  );
  if (last !== "DCTDecode" || call.FPDFPageObj_HasTransparency!(image)) return null;
  // "Decoded" stops before filters of images, so this is the JPEG file.
  const length = call.FPDFImageObj_GetImageDataDecoded!(image, 0, 0);
  if (length < 4 || length > MOST_JPEG_BYTES) return null;
  const buffer = engine.malloc(length);
  try {
    call.FPDFImageObj_GetImageDataDecoded!(image, buffer, length);
    const bytes = engine.bytes().slice(buffer, buffer + length) as Uint8Array<ArrayBuffer>;
    const colours = jpegColours(bytes);
    return colours === 1 || colours === 3 ? bytes : null;
  } finally {
    engine.free(buffer);
  }
}

/** Number of components in the frame header; 0 when this is no JPEG. */
export function jpegColours(jpeg: Uint8Array): number {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) return 0;
  for (let at = 2; at + 9 < jpeg.length;) {
    if (jpeg[at] !== 0xff) return 0;
    const marker = jpeg[at + 1]!;
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return jpeg[at + 9]!;
    if (marker === 0xff) at++;
    else if (marker >= 0xd0 && marker <= 0xd8) at += 2;
    else at += 2 + (jpeg[at + 2]! << 8) + jpeg[at + 3]!;
  }
  return 0;
}

/**
 * Renders it with its masks and as it is turned on the page, at its own resolution: PDFium renders at the
 * size that the matrix says, so the matrix is enlarged meanwhile.
 */
function renderImage(engine: Engine, document: number, page: number, image: number): number {
  const { call, scratch: s } = engine;
  if (!call.FPDFImageObj_GetImagePixelSize!(image, s, s + 4)) return 0;
  const [pixelsWide = 0, pixelsHigh = 0] = engine.ints().slice(s >> 2, (s >> 2) + 2);
  const [a, b, c, d, e, f] = matrixOf(engine, image);
  const wide = Math.hypot(a, b), high = Math.hypot(c, d);
  if (wide < 1e-6 || high < 1e-6) return 0;
  const fit = Math.min(1, Math.sqrt(MOST_PIXELS / (pixelsWide * pixelsHigh)));
  const sx = (pixelsWide * fit) / wide, sy = (pixelsHigh * fit) / high;
  const matrix = engine.malloc(24);
  try {
    engine.floats().set([a * sx, b * sx, c * sy, d * sy, 0, 0], matrix >> 2);
    call.FPDFPageObj_SetMatrix!(image, matrix);
    return call.FPDFImageObj_GetRenderedBitmap!(document, page, image);
  } finally {
    engine.floats().set([a, b, c, d, e, f], matrix >> 2);
    call.FPDFPageObj_SetMatrix!(image, matrix);
    engine.free(matrix);
  }
}

const GRAY = 1, BGR = 2, BGRX = 3, BGRA = 4;

/** Copies the bitmap out, on white where it is transparent, and frees it. */
function takePixels(engine: Engine, bitmap: number): ImageBytes | null {
  const { call } = engine;
  try {
    const wide = call.FPDFBitmap_GetWidth!(bitmap), high = call.FPDFBitmap_GetHeight!(bitmap);
    const stride = call.FPDFBitmap_GetStride!(bitmap), format = call.FPDFBitmap_GetFormat!(bitmap);
    const step = { [GRAY]: 1, [BGR]: 3, [BGRX]: 4, [BGRA]: 4 }[format] ?? 0;
    if (wide <= 0 || high <= 0 || step === 0) return null;
    const buffer = call.FPDFBitmap_GetBuffer!(bitmap) >>> 0;
    const from = engine.bytes().subarray(buffer, buffer + stride * high);
    const rgb = new Uint8Array(wide * high * 3);
    for (let y = 0, to = 0; y < high; y++) {
      for (let x = 0, at = y * stride; x < wide; x++, at += step) {
        const alpha = format === BGRA ? from[at + 3]! : 255;
        const over = (value: number) =>
          alpha === 255 ? value : (value * alpha + 255 * (255 - alpha)) / 255;
        rgb[to++] = over(from[step === 1 ? at : at + 2]!);
        rgb[to++] = over(from[step === 1 ? at : at + 1]!);
        rgb[to++] = over(from[at]!);
      }
    }
    return { kind: "pixels", width: wide, height: high, rgb };
  } finally {
    call.FPDFBitmap_Destroy!(bitmap);
  }
}

const WITH_ANNOTATIONS = 1;

/** A part of the page as it looks, turned so that its text is upright. Null when there is no memory for it. */
export function renderPart(
  engine: Engine,
  page: number,
  frame: Frame,
  part: Box,
  turned: 0 | 1 | 2 | 3,
  dotsPerInch: number,
): ImageBytes | null {
  const { call } = engine;
  // The page as PDFium shows it is turned clockwise by its /Rotate; this undoes it and turns further.
  const rotate = (turned + 4 - call.FPDFPage_GetRotation!(page)) & 3;
  const pageWide = frame.right - frame.left, pageHigh = frame.top - frame.bottom;
  const [wholeWide, wholeHigh] = turned % 2 ? [pageHigh, pageWide] : [pageWide, pageHigh];
  const most = Math.sqrt(MOST_PIXELS / Math.max(1, width(part) * height(part)));
  const scale = Math.min(dotsPerInch / 72, most);
  const wide = Math.max(1, Math.ceil(width(part) * scale));
  const high = Math.max(1, Math.ceil(height(part) * scale));
  const bitmap = call.FPDFBitmap_CreateEx!(wide, high, BGRX, 0, 0);
  if (bitmap === 0) return null;
  call.FPDFBitmap_FillRect!(bitmap, 0, 0, wide, high, -1);
  call.FPDF_RenderPageBitmap!(
    bitmap,
    page,
    Math.round(-part.left * scale),
    Math.round(-part.top * scale),
    Math.round(wholeWide * scale),
    Math.round(wholeHigh * scale),
    rotate,
    WITH_ANNOTATIONS,
  );
  return takePixels(engine, bitmap);
}
