/** Opens a PDF in PDFium; reads its outline. The file is read in blocks, it is never in memory as a whole. */
import { ConversionError } from "../../converter.ts";
import type { OutlineEntry } from "../page_data.ts";
import { type Engine, OutOfWasmMemory, readUtf16 } from "./engine.ts";
import { blockReader } from "./file_blocks.ts";
import { openPage, type PdfPage } from "./page.ts";

export type PdfDocument = {
  readonly pages: number;
  /** Reading an outline stops at some 20,000 entries: no honest one has more. */
  outline(): OutlineEntry[];
  /** `number` from 1. Null: PDFium cannot read the page. */
  page(number: number): PdfPage | null;
  /** Gives the memory back. Safe to repeat. */
  close(): void;
  /** In place of `close` when the engine has died: lets go of the file only. */
  abandon(): void;
};

/** FPDF_GetLastError() */
const PASSWORD = 4, SECURITY = 5;

/**
 * Opens `path` without a password: a document that only its owner's password protects opens too.
 * Fails with a `ConversionError` (`not-a-pdf`, `damaged`, `encrypted`, `no-pages`).
 */
export function openDocument(engine: Engine, path: string): PdfDocument {
  const file = Deno.openSync(path, { read: true });
  const undo: (() => void)[] = [() => file.close()];
  const close = () => {
    for (const step of undo.splice(0).reverse()) step();
  };
  try {
    const document = load(engine, file, path, undo);
    const pages = engine.call.FPDF_GetPageCount!(document);
    if (pages <= 0) throw noPages(path);
    return {
      pages,
      outline: () => readOutline(engine, document),
      page: (number) => openPage(engine, document, number),
      close,
      abandon: () => {
        if (undo.splice(0).length > 0) file.close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

function load(engine: Engine, file: Deno.FsFile, path: string, undo: (() => void)[]): number {
  const size = file.statSync().size;
  checkHead(file, size, path);
  if (size > 0x7fffffff) {
    throw new OutOfWasmMemory(`The PDF of ${size} bytes is larger than PDFium can address`);
  }
  const read = blockReader(file, size);
  // int GetBlock(void* param, unsigned long position, unsigned char* buffer, unsigned long size)
  const getBlock = engine.addFunction((_param, position, buffer, length) => {
    const wanted = length >>> 0, at = buffer >>> 0;
    return read(position >>> 0, engine.bytes().subarray(at, at + wanted)) ? 1 : 0;
  }, "iiiii");
  undo.push(() => engine.removeFunction(getBlock));
  const access = engine.malloc(12);
  undo.push(() => engine.free(access));
  engine.ints().set([size, getBlock, 0], access >> 2);

  const document = engine.call.FPDF_LoadCustomDocument!(access, 0);
  if (document === 0) throw cannotOpen(engine.call.FPDF_GetLastError!(), path);
  undo.push(() => void engine.call.FPDF_CloseDocument!(document));
  return document;
}

/** A PDF's mark stands within the first 1,024 bytes. */
function checkHead(file: Deno.FsFile, size: number, path: string): void {
  const poison = (reason: string, state: string, hint: string) =>
    new ConversionError("poison", reason, `Cannot convert "${path}": ${state}`, hint);
  if (size === 0) {
    throw poison("not-a-pdf", "it is empty", "Check where the file came from and ingest it again");
  }
  const head = new Uint8Array(Math.min(size, 1024));
  file.seekSync(0, Deno.SeekMode.Start);
  const length = file.readSync(head) ?? 0;
  if (new TextDecoder("latin1").decode(head.subarray(0, length)).includes("%PDF")) return;
  throw poison("not-a-pdf", "it is not a PDF", "Ingest the PDF itself, not a page about it");
}

function cannotOpen(code: number, path: string): ConversionError {
  if (code === PASSWORD || code === SECURITY) {
    return new ConversionError(
      "poison",
      "encrypted",
      `Cannot convert "${path}": it is encrypted and needs a password to open`,
      "Save a copy without a password (`qpdf --decrypt`) and ingest that",
    );
  }
  return damaged(path, "it is damaged and cannot be repaired");
}

/** For whatever else shows that the file is broken. */
export function damaged(path: string, state: string): ConversionError {
  return new ConversionError(
    "poison",
    "damaged",
    `Cannot convert "${path}": ${state}`,
    "Get the PDF again from its source (a download may have been cut off) and ingest it",
  );
}

function noPages(path: string): ConversionError {
  return new ConversionError(
    "poison",
    "no-pages",
    `Cannot convert "${path}": it has no pages`,
    "Check the file in a PDF viewer; there is nothing to convert",
  );
}

const MOST_ENTRIES = 20_000, DEEPEST = 12;

function readOutline(engine: Engine, document: number): OutlineEntry[] {
  const { call } = engine;
  const entries: OutlineEntry[] = [];
  const seen = new Set<number>();
  const walk = (parent: number, level: number) => {
    let mark = call.FPDFBookmark_GetFirstChild!(document, parent);
    while (mark !== 0 && !seen.has(mark) && entries.length < MOST_ENTRIES) {
      seen.add(mark);
      const at = mark;
      const title = readUtf16(engine, (b, n) => call.FPDFBookmark_GetTitle!(at, b, n));
      entries.push({ title, level, page: pageOf(engine, document, mark) });
      if (level < DEEPEST) walk(mark, level + 1);
      mark = call.FPDFBookmark_GetNextSibling!(document, mark);
    }
  };
  walk(0, 1);
  return entries;
}

/** From 1; 0 when the entry leads to no page of this document. */
function pageOf(engine: Engine, document: number, mark: number): number {
  const { call } = engine;
  let target = call.FPDFBookmark_GetDest!(document, mark);
  if (target === 0) {
    const action = call.FPDFBookmark_GetAction!(mark);
    if (action !== 0) target = call.FPDFAction_GetDest!(document, action);
  }
  return target === 0 ? 0 : call.FPDFDest_GetDestPageIndex!(document, target) + 1;
}
