/** What an ingest did, as data: the command line prints it. */
import type { PdfHash } from "../queue/job.ts";

/**
 * `queued`: a new job. `known`: the manifest or the queue had it already.
 * `duplicate`: the same bytes as another file of this run. `would-queue`: a dry run
 * found it new. `failed`: see `reason`; all other files went on.
 */
export const INGEST_OUTCOMES = ["queued", "known", "duplicate", "would-queue", "failed"] as const;
export type IngestOutcome = typeof INGEST_OUTCOMES[number];

export type IngestedFile = {
  /** As it can be opened: the folder as it was given, and the rest below it. */
  path: string;
  hash?: PdfHash;
  outcome: IngestOutcome;
  /** One line, only of what failed: `it is empty`. */
  reason?: string;
  /** What to do about it. */
  hint?: string;
  size: number;
};

export type IngestSummary = {
  /** Files looked at; those that an interrupt kept from being looked at are not among them. */
  files: number;
  queued: number;
  known: number;
  duplicate: number;
  wouldQueue: number;
  failed: number;
  /** Bytes of the PDFs that were uploaded. */
  uploadedBytes: number;
};

export type IngestReport = {
  /** In the order in which they were found. */
  files: IngestedFile[];
  summary: IngestSummary;
  /** The signal ended it before every file was looked at. What was done is in the manifest. */
  interrupted: boolean;
};

export type IngestProgress = {
  /** Files found. */
  total: number;
  /** Files with an outcome. */
  done: number;
  failed: number;
  uploadedBytes: number;
  /** The file that got its outcome now. */
  last: IngestedFile;
};

export function summaryOf(files: readonly IngestedFile[], uploadedBytes: number): IngestSummary {
  const count = (outcome: IngestOutcome) => files.filter((file) => file.outcome === outcome).length;
  return {
    files: files.length,
    queued: count("queued"),
    known: count("known"),
    duplicate: count("duplicate"),
    wouldQueue: count("would-queue"),
    failed: count("failed"),
    uploadedBytes,
  };
}
