/** Writes small PDFs for tests: text at places, lines, images, an outline, a password. */
import { deflateSync } from "node:zlib";
import { encryptor, type PdfPassword } from "./pdf_encryption.ts";

export type PdfFont = "regular" | "bold" | "italic" | "mono";

/** `x` from the left, `y` from the top of a page of 612 x 792 points. */
export type PdfText = { text: string; x: number; y: number; size?: number; font?: PdfFont };
export type PdfLine = { x0: number; y0: number; x1: number; y1: number };
export type PdfImage = {
  x: number;
  y: number;
  width: number;
  height: number;
  /** A JPEG's bytes, or rows of gray pixels. */
  jpeg?: Uint8Array;
  gray?: { width: number; height: number; pixels: Uint8Array };
};

export type PdfPageSpec = {
  texts?: PdfText[];
  lines?: PdfLine[];
  images?: PdfImage[];
  rotate?: number;
};

export type PdfOptions = {
  outline?: { title: string; page: number }[];
  password?: PdfPassword;
};

const WIDTH = 612, HEIGHT = 792;
const FONTS: Record<PdfFont, string> = {
  regular: "Helvetica",
  bold: "Helvetica-Bold",
  italic: "Helvetica-Oblique",
  mono: "Courier",
};

/** A whole file. Characters beyond Latin-1 are not possible. */
export function writePdf(pages: PdfPageSpec[], options: PdfOptions = {}): Uint8Array<ArrayBuffer> {
  const file = new PdfFile(options.password);
  const catalog = file.reserve(), tree = file.reserve();
  const fonts = (Object.keys(FONTS) as PdfFont[]).map((font) => {
    const dict = `<< /Type /Font /Subtype /Type1 /BaseFont /${
      FONTS[font]
    } /Encoding /WinAnsiEncoding >>`;
    return `/${font} ${file.add(dict)} 0 R`;
  });
  const kids = pages.map((page) => addPage(file, page, tree, fonts.join(" ")));
  file.set(tree, `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map(ref).join(" ")}] >>`);
  const outlines = addOutline(file, options.outline ?? [], kids);
  file.set(catalog, `<< /Type /Catalog /Pages ${ref(tree)}${outlines} >>`);
  return file.end(catalog);
}

/** Lines of text one below the other, as a page of running text has them. */
export function textColumn(
  lines: string[],
  { x = 72, y = 100, leading = 14, size = 11, font = "regular" as PdfFont } = {},
): PdfText[] {
  return lines.map((text, at) => ({ text, x, y: y + at * leading, size, font }));
}

function ref(object: number): string {
  return `${object} 0 R`;
}

function addPage(file: PdfFile, page: PdfPageSpec, tree: number, fonts: string): number {
  const images = (page.images ?? []).map((image, at) => ({ name: `im${at}`, image }));
  const content = [
    ...(page.texts ?? []).map(textOperators),
    ...(page.lines ?? []).map((l) => `${l.x0} ${HEIGHT - l.y0} m ${l.x1} ${HEIGHT - l.y1} l S`),
    ...images.map(({ name, image: i }) =>
      `q ${i.width} 0 0 ${i.height} ${i.x} ${HEIGHT - i.y - i.height} cm /${name} Do Q`
    ),
  ].join("\n");
  const xobjects = images.map(({ name, image }) => `/${name} ${ref(addImage(file, image))}`);
  const contents = file.addStream("", latin1(content));
  return file.add(
    `<< /Type /Page /Parent ${ref(tree)} /MediaBox [0 0 ${WIDTH} ${HEIGHT}] ` +
      `/Rotate ${page.rotate ?? 0} /Contents ${ref(contents)} ` +
      `/Resources << /Font << ${fonts} >> /XObject << ${xobjects.join(" ")} >> >> >>`,
  );
}

function textOperators({ text, x, y, size = 11, font = "regular" }: PdfText): string {
  const escaped = text.replace(/[\\()]/g, "\\$&");
  return `BT /${font} ${size} Tf ${x} ${HEIGHT - y} Td (${escaped}) Tj ET`;
}

function addImage(file: PdfFile, { jpeg, gray }: PdfImage): number {
  const head = (width: number, height: number, filter: string) =>
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} ` +
    `/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /${filter}`;
  if (jpeg) return file.addStream(head(1, 1, "DCTDecode"), jpeg);
  return file.addStream(
    head(gray!.width, gray!.height, "FlateDecode"),
    deflateSync(gray!.pixels),
  );
}

function addOutline(
  file: PdfFile,
  entries: { title: string; page: number }[],
  pages: number[],
): string {
  if (entries.length === 0) return "";
  const root = file.reserve();
  const items = entries.map(() => file.reserve());
  entries.forEach(({ title, page }, at) => {
    const next = items[at + 1] ? ` /Next ${ref(items[at + 1]!)}` : "";
    file.set(
      items[at]!,
      `<< /Title (${title}) /Parent ${ref(root)}${next} /Dest [${ref(pages[page - 1]!)} /Fit] >>`,
    );
  });
  file.set(
    root,
    `<< /First ${ref(items[0]!)} /Last ${ref(items.at(-1)!)} /Count ${items.length} >>`,
  );
  return ` /Outlines ${ref(root)}`;
}

/** Numbers objects, and writes them with their table. */
class PdfFile {
  #objects: Uint8Array[] = [];
  readonly #encryption;

  constructor(password?: PdfPassword) {
    this.#encryption = password ? encryptor(password) : null;
  }

  reserve(): number {
    return this.#objects.push(new Uint8Array());
  }

  set(object: number, body: string): void {
    this.#objects[object - 1] = latin1(body);
  }

  add(body: string): number {
    const object = this.reserve();
    this.set(object, body);
    return object;
  }

  addStream(dict: string, plain: Uint8Array): number {
    const object = this.reserve();
    const bytes = this.#encryption ? this.#encryption.encrypt(object, plain) : plain;
    this.#objects[object - 1] = concat([
      latin1(`<< ${dict} /Length ${bytes.length} >>\nstream\n`),
      bytes,
      latin1("\nendstream"),
    ]);
    return object;
  }

  end(catalog: number): Uint8Array<ArrayBuffer> {
    const encrypt = this.#encryption
      ? ` /Encrypt ${ref(this.add(this.#encryption.dictionary))} ${this.#encryption.trailerId}`
      : "";
    const parts = [latin1("%PDF-1.4\n")];
    let at = parts[0]!.length;
    const offsets = this.#objects.map((body, index) => {
      const object = concat([latin1(`${index + 1} 0 obj\n`), body, latin1("\nendobj\n")]);
      parts.push(object);
      at += object.length;
      return at - object.length;
    });
    const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
    const size = offsets.length + 1;
    parts.push(latin1(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows.join("")}` +
        `trailer\n<< /Size ${size} /Root ${ref(catalog)}${encrypt} >>\nstartxref\n${at}\n%%EOF\n`,
    ));
    return concat(parts);
  }
}

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
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
