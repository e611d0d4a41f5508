/** The pages of one PDF, on an engine that may die and be replaced. */
import { messageOf } from "../../base/errors.ts";
import { openDocument, type PdfDocument } from "./pdfium/document.ts";
import { type Engine, OutOfWasmMemory } from "./pdfium/engine.ts";
import type { PdfPage } from "./pdfium/page.ts";
import type { OutlineEntry } from "./page_data.ts";

/** Starts PDFium when it is needed, again after it died. */
export type EngineKeeper = {
  get(): Promise<Engine>;
  /** The engine has trapped: nothing of it may be used again. */
  discard(): void;
};

/** PDFium keeps what it has read of a document; opening it afresh gives that back. */
const RENEW_EVERY_PAGES = 100;
/** WASM memory never shrinks: an engine that has grown beyond this is replaced. */
const LARGE_ENGINE_BYTES = 96 * 1024 * 1024;

/** A document that kills the engine more often is given up. */
const MOST_TRAPS = 3;

export class PdfSource {
  #document: PdfDocument;
  #outline: OutlineEntry[] | null = null;
  #traps = 0;
  #uses = 0;
  readonly pages: number;

  private constructor(
    readonly path: string,
    readonly engines: EngineKeeper,
    readonly log: (line: string) => void,
    document: PdfDocument,
  ) {
    this.#document = document;
    this.pages = document.pages;
  }

  /** Fails as `openDocument` does, or with the engine's trap. */
  static async open(path: string, engines: EngineKeeper, log: (line: string) => void) {
    return new PdfSource(path, engines, log, openDocument(await engines.get(), path));
  }

  outline(): OutlineEntry[] {
    return this.#outline ??= this.#document.outline();
  }

  /** Safe to repeat, and after whatever went wrong. */
  close(): void {
    try {
      this.#document.close();
    } catch (error) {
      this.log(`PDFium died closing the document: ${messageOf(error)}`);
      this.engines.discard();
      this.#document.abandon();
    }
  }

  async #renew(): Promise<void> {
    this.outline();
    this.close();
    if ((await this.engines.get()).bytes().length > LARGE_ENGINE_BYTES) this.engines.discard();
    this.#document = openDocument(await this.engines.get(), this.path);
  }

  /**
   * Calls `use` with the page, and closes it. Null: PDFium cannot read the page, or died of it; then a new
   * engine goes on with the next page. Running out of memory and the last trap allowed are thrown.
   */
  async withPage<T>(number: number, use: (page: PdfPage) => T | Promise<T>): Promise<T | null> {
    if (++this.#uses % RENEW_EVERY_PAGES === 0) await this.#renew();
    let page: PdfPage | null = null;
    try {
      page = this.#document.page(number);
      return page && await use(page);
    } catch (error) {
      if (!isTrap(error) || ++this.#traps > MOST_TRAPS) throw error;
      page = null;
      this.log(`PDFium died on page ${number} (${messageOf(error)}); starting it again`);
      this.engines.discard();
      this.#document.abandon();
      this.#document = openDocument(await this.engines.get(), this.path);
      return null;
    } finally {
      page?.close();
    }
  }
}

/** The engine is in an unknown state. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError ||
    (error instanceof RangeError && /call stack/i.test(error.message));
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof OutOfWasmMemory ||
    (isTrap(error) &&
      /\boom\b|out of memory|memory resize|enlarge memory/i.test(messageOf(error))) ||
    (error instanceof RangeError && /array (buffer|length)|allocation/i.test(error.message));
}
