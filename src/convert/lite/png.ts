/** Writes pixels as a PNG file. */
import { crc32, deflateSync } from "node:zlib";

/** `rgb` holds three bytes a pixel. Pictures without colour take one. */
export function encodePng(
  width: number,
  height: number,
  rgb: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const gray = isGray(rgb);
  const step = gray ? 1 : 3;
  const rows = new Uint8Array(height * (width * step + 1));
  for (let y = 0, to = 0, from = 0; y < height; y++) {
    rows[to++] = UP;
    for (let x = 0; x < width * step; x++, to++, from += gray ? 3 : 1) {
      rows[to] = rgb[from]! - (y === 0 ? 0 : rgb[from - width * 3]!);
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, gray ? 0 : 2, 0, 0, 0], 8);
  return concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 6 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** PNG's filter that stores the difference to the row above. */
const UP = 2;

function isGray(rgb: Uint8Array): boolean {
  for (let at = 0; at < rgb.length; at += 3) {
    if (rgb[at] !== rgb[at + 1] || rgb[at] !== rgb[at + 2]) return false;
  }
  return true;
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
