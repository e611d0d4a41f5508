/** The lite converter's side of the protocol in ../protocol.ts: requests in, events out, one at a time. */
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { ConversionError, type Progress } from "../converter.ts";
import { type HostEvent, type HostRequest, hostRequest } from "../protocol.ts";
import { convertDocument, MARKDOWN_FILE } from "./convert_document.ts";
import { type EngineKeeper, isOutOfMemory, isTrap, PdfSource } from "./pdf_source.ts";
import { PDFIUM_VERSION } from "./pdfium_wasm.ts";

/** The number counts our layout's versions: it goes up when the same PDF gives other Markdown. */
export const LITE_VERSION = `lite 1 (pdfium ${PDFIUM_VERSION})`;

export type LiteHostOptions = {
  /** Requests, one JSON object a line. Their end ends the host. */
  lines: AsyncIterable<string>;
  write(event: HostEvent): void;
  /** Free text for stderr. */
  log(line: string): void;
  engines: EngineKeeper;
  clock: Clock;
};

/** Serves until `lines` ends. Whatever a document does, its answer is one `done` or one `error`. */
export async function runLiteHost(options: LiteHostOptions): Promise<void> {
  const { lines, write, engines } = options;
  try {
    await engines.get();
  } catch (error) {
    return write(errorEvent(null, error));
  }
  write({ type: "ready", converter: "lite", version: LITE_VERSION });
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const request = parseRequest(line);
    write(request === null ? unknownRequest(line) : await answer(request, options));
  }
}

function parseRequest(line: string): HostRequest | null {
  try {
    const parsed = hostRequest.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function unknownRequest(line: string): HostEvent {
  return {
    type: "error",
    id: null,
    kind: "infra",
    reason: "protocol",
    message: `Cannot understand the request "${line.slice(0, 80)}"`,
    hint: "Use the same version of blobforge on both sides",
  };
}

async function answer(request: HostRequest, options: LiteHostOptions): Promise<HostEvent> {
  const { engines, log } = options;
  let source: PdfSource | null = null;
  try {
    source = await PdfSource.open(request.pdf, engines, log);
    const { pages, needsOcr, warnings } = await convertDocument({
      source,
      outDir: request.out,
      onProgress: throttledProgress(request.id, options),
    });
    return {
      type: "done",
      id: request.id,
      markdown: MARKDOWN_FILE,
      pages,
      needs_ocr: needsOcr,
      warnings,
      converter_version: LITE_VERSION,
    };
  } catch (error) {
    if (isTrap(error) || isOutOfMemory(error)) engines.discard();
    if (!(error instanceof ConversionError)) log(`${error instanceof Error ? error.stack : error}`);
    return errorEvent(request.id, error, request.pdf);
  } finally {
    source?.close();
  }
}

const PROGRESS_EVERY_MS = 250;

function throttledProgress(id: number, { write, clock }: LiteHostOptions) {
  let last = -Infinity, stage = "";
  return (progress: Progress) => {
    const now = clock.monotonic();
    if (now - last < PROGRESS_EVERY_MS && progress.stage === stage) return;
    last = now;
    stage = progress.stage;
    write({
      type: "progress",
      id,
      stage,
      pages_done: progress.pagesDone,
      pages_total: progress.pagesTotal,
    });
  };
}

function errorEvent(id: number | null, error: unknown, pdf = ""): HostEvent {
  const { kind, reason, message, hint } = asConversionError(error, pdf);
  return { type: "error", id, kind, reason, message, ...hint === undefined ? {} : { hint } };
}

function asConversionError(error: unknown, pdf: string): ConversionError {
  const why = messageOf(error);
  const cannot = `Cannot convert "${pdf}": `;
  if (error instanceof ConversionError) return error;
  if (isOutOfMemory(error)) {
    const hint = "It is tried again in smaller page ranges; or use another converter for it";
    return new ConversionError(
      "resource",
      "out-of-memory",
      `${cannot}PDFium ran out of memory (${why})`,
      hint,
    );
  }
  if (isTrap(error)) {
    const hint = "Repair it (`qpdf in.pdf out.pdf`) and ingest that, or use another converter";
    return new ConversionError("poison", "damaged", `${cannot}PDFium fails on it (${why})`, hint);
  }
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
    const hint = "Check that the PDF and the output folder are there and may be used";
    return new ConversionError("transient", "file", `${cannot}${why}`, hint);
  }
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    const hint = "Check the space and the health of the disk with the temporary folder";
    return new ConversionError("infra", "disk", `${cannot}${why}`, hint);
  }
  const hint = "This is a bug of the lite converter: please report it with the PDF";
  return new ConversionError("transient", "unexpected", `${cannot}${why}`, hint);
}
