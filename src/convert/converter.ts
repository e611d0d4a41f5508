/** What every converter offers, however it works inside: a PDF in, a folder of Markdown and images out. */
import { BlobForgeError } from "../base/errors.ts";
import type { ErrorKind } from "../queue/job.ts";

export type Progress = {
  /** What it is doing: "reading", "layout", "ocr", ... */
  stage: string;
  pagesDone: number;
  /** 0 while unknown. */
  pagesTotal: number;
};

export type ConvertRequest = {
  /** The PDF, a local file. */
  pdf: string;
  /** An empty folder that exists; the result goes here. */
  outDir: string;
  /** Aborted: the conversion is killed at once and the call rejects with the signal's reason. */
  signal: AbortSignal;
  onProgress?(progress: Progress): void;
  /** The host is killed and the call fails as `resource` after this long. */
  timeoutMs: number;
};

/** Pages are counted from 1 everywhere outside a converter. */
export type Conversion = {
  /** File name of the Markdown inside `outDir`. */
  markdown: string;
  pages: number;
  /** Pages that hold an image of text which was not read. Empty: everything was. */
  needsOcr: number[];
  warnings: string[];
};

export interface Converter {
  /** `lite`, `marker`, `command:docling`, ... */
  readonly name: string;
  /** Version of the tool that does the work. */
  readonly version: string;
  /** Fails with `ConversionError` only (or the signal's reason). One call at a time. */
  convert(request: ConvertRequest): Promise<Conversion>;
  /** Ends the host. Safe to repeat. */
  close(): Promise<void>;
}

/** Why a document was not converted. `reason` is a short word for records: "encrypted", "damaged", "timeout", ... */
export class ConversionError extends BlobForgeError {
  constructor(
    readonly kind: ErrorKind,
    readonly reason: string,
    message: string,
    hint?: string,
    /** The last lines that the host wrote to stderr. */
    readonly log?: string,
  ) {
    super(kind === "infra" ? "unhealthy" : "bad-input", message, hint);
    this.name = "ConversionError";
  }
}
