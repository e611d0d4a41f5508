/** Where PDFium's WASM bytes are: beside the bundled program, or in the npm package during development. */
import { ConversionError } from "../converter.ts";

/** Name under which the build puts `pdfium.wasm` beside the bundle: `deno compile` tries to link a file named `.wasm`. */
export const PDFIUM_ASSET = "assets/pdfium.bin";

/**
 * The bytes of `pdfium.wasm`. Looks for `assets/pdfium.bin` beside the running module and one folder up
 * (a bundle's chunks may lie in a folder of their own), then in the npm package.
 * Fails as `infra`: without its engine this host can convert nothing.
 */
export async function loadPdfiumWasm(): Promise<Uint8Array<ArrayBuffer>> {
  for (const url of candidates()) {
    try {
      return await Deno.readFile(url);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw missing(error);
    }
  }
  throw missing();
}

function candidates(): URL[] {
  const beside = [`./${PDFIUM_ASSET}`, `../${PDFIUM_ASSET}`].map((path) =>
    new URL(path, import.meta.url)
  );
  try {
    return [...beside, new URL(import.meta.resolve("@embedpdf/pdfium/pdfium.wasm"))];
  } catch {
    return beside; // a bundle has no import map
  }
}

function missing(cause?: unknown): ConversionError {
  const why = cause instanceof Error ? cause.message : `no ${PDFIUM_ASSET} beside the program`;
  return new ConversionError(
    "infra",
    "no-engine",
    `Cannot load PDFium: ${why}`,
    "Install BlobForge again, or build it with `deno task build`",
  );
}

/** Of the npm package that the bytes are from. */
export const PDFIUM_VERSION = "2.15.1";
