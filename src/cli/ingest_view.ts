/** The end of an ingest, for people: what failed and why, then the numbers, then what to do next. */
import type { IngestReport, IngestSummary } from "../ingest/report.ts";
import type { Output } from "./output.ts";
import { safe } from "./text.ts";
import { bytes, count, plural, shortHash } from "./values.ts";

/** More files than this are only counted, unless -v. */
const LISTED = 10;

export function showIngest(out: Output, report: IngestReport): void {
  const { files, summary } = report;
  const added = files.filter(({ outcome }) => outcome === "queued" || outcome === "would-queue");
  const shown = out.verbose ? files.filter(({ outcome }) => outcome !== "failed") : added;
  const some = out.verbose ? shown : shown.slice(0, LISTED);
  if (some.length > 0 && !out.quiet) {
    out.table(
      [{ title: "hash" }, { title: "size", align: "right" }, { title: "" }, {
        title: "file",
        flex: "middle",
      }],
      some.map(({ hash, size, outcome, path }) => [
        hash ? shortHash(hash) : "",
        bytes(size),
        { text: outcome, style: outcome === "queued" ? "green" : "dim" },
        safe(path),
      ]),
    );
    if (some.length < shown.length) out.tip(`… and ${count(shown.length - some.length)} more`);
  }
  for (const file of files.filter(({ outcome }) => outcome === "failed")) {
    out.warn(`${file.path}: ${file.reason ?? "it failed"}`, file.hint);
  }
  out.line(summaryLine(summary));
  if (report.interrupted) out.tip("It was interrupted: run it again to go on.");
  else if (summary.queued > 0) out.tip("Run `blobforge worker --drain` to convert them.");
  else if (summary.files === 0) out.tip("No PDF is there: folders are searched for names in .pdf.");
}

export function summaryJson(summary: IngestSummary) {
  const { files, queued, known, duplicate, wouldQueue, failed, uploadedBytes } = summary;
  return {
    files,
    queued,
    known,
    duplicate,
    would_queue: wouldQueue,
    failed,
    uploaded_bytes: uploadedBytes,
  };
}

/** `12 files: 10 queued (48 MB), 1 known, 1 failed` */
function summaryLine(summary: IngestSummary): string {
  const { files, queued, known, duplicate, wouldQueue, failed, uploadedBytes } = summary;
  const sent = uploadedBytes > 0 ? ` (${bytes(uploadedBytes)} sent)` : "";
  const parts = [
    [queued, `queued${sent}`],
    [wouldQueue, "would be queued"],
    [known, "known already"],
    [duplicate, duplicate === 1 ? "duplicate" : "duplicates"],
    [failed, "failed"],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, word]) =>
    `${count(number)} ${word}`
  );
  return `${plural(files, "file")}${said.length > 0 ? `: ${said.join(", ")}` : ""}`;
}
