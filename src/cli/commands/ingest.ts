/**
 * JSON: `{"dry_run", "interrupted", "summary": {files, queued, known, duplicate, would_queue, failed,
 * uploaded_bytes}, "files": [{path, hash | null, outcome, size, error: {message, hint?} | null}]}`;
 * `outcome` is queued, known, duplicate, would-queue or failed. With --watch one such document a
 * round that found something new, each on a line of its own (JSON lines).
 */
import { readFileSync } from "node:fs";
import { BlobForgeError, ERROR_TABLE, messageOf } from "../../base/errors.ts";
import { parseFileList } from "../../ingest/discover.ts";
import { ingest, type IngestDeps, type IngestOptions } from "../../ingest/ingest.ts";
import type { IngestReport } from "../../ingest/report.ts";
import { watch } from "../../ingest/watch.ts";
import { DEFAULT_PRIORITY } from "../../queue/job.ts";
import { type Context, defineCommand } from "../command.ts";
import { cacheFolder } from "../folders.ts";
import { showIngest, summaryJson } from "../ingest_view.ts";
import type { Io } from "../io.ts";
import { positiveInteger, priority, several } from "../options.ts";
import { safe } from "../text.ts";
import { mustBeTrusted } from "../trusted_store.ts";

export const command = defineCommand({
  about:
    "Adds PDFs: each is uploaded once, whatever its name, and queued to be converted. Folders " +
    "are walked. Running it again costs next to nothing: what is known is skipped.",
  examples: [
    ["blobforge ingest ~/papers", "a folder and all below it"],
    ["blobforge ingest book.pdf --priority high --tag rules", "one file, before the others"],
    ["blobforge ingest ~/papers --dry-run", "what would be added"],
    [
      "find . -name '*.pdf' -print0 | blobforge ingest --files-from -",
      "a list, from another program",
    ],
  ],
  setup: (command) =>
    command
      .argument("[path...]", "folders and files")
      .option("--priority <p>", "critical, high, normal, low or background", priority)
      .option("--tag <tag>", "add this tag; may be given several times", several)
      .option("--dry-run", "look, upload and queue nothing")
      .option("--watch", "look again and again for new files")
      .option("--interval <s>", "with --watch: seconds between two looks", positiveInteger, 10)
      .option(
        "--files-from <file>",
        "read paths from a file, one a line or NUL-separated; - is stdin",
      )
      .option("--include <glob>", "in folders only these; may be given several times", several)
      .option("--exclude <glob>", "in folders not these; may be given several times", several)
      .option("--concurrency <n>", "files that are read and sent at once", positiveInteger),
  async run(context, options, given) {
    const listed = options.filesFrom === undefined
      ? []
      : parseFileList(await readList(context.io, options.filesFrom));
    const paths = [...given, ...listed];
    if (paths.length === 0 && options.filesFrom === undefined) {
      throw new BlobForgeError(
        "usage",
        "No folder or file is named",
        "As in `blobforge ingest ~/papers`",
      );
    }
    const { dryRun, include, exclude, concurrency, tag: tags } = options;
    const signal = context.interruptible();
    const settings = {
      paths,
      priority: options.priority ?? DEFAULT_PRIORITY,
      tags,
      dryRun,
      include,
      exclude,
      signal,
      ...(concurrency ? { concurrency } : {}),
    };
    if (options.watch) return await watchFolders(context, settings, options.interval);
    const report = await once(context, settings);
    const { out } = context;
    out.result(reportJson(report, dryRun ?? false), () => showIngest(out, report));
    return report.summary.failed > 0 ? ERROR_TABLE.partial.exit : 0;
  },
});

async function once(context: Context, settings: IngestOptions): Promise<IngestReport> {
  const deps = await ingestDeps(context, settings);
  const progress = context.out.progress(settings.dryRun ? "looking" : "ingesting");
  try {
    return await ingest(deps, {
      ...settings,
      onProgress: ({ done, total, failed, last }) => {
        const note = `${failed > 0 ? `${failed} failed · ` : ""}${safe(last.path)}`;
        progress.update({ done, total, note });
      },
    });
  } finally {
    progress.end();
  }
}

/** Until a signal. Of rounds in which nothing happened nothing is told. */
async function watchFolders(
  context: Context,
  settings: IngestOptions & { signal: AbortSignal },
  seconds: number,
): Promise<void> {
  const { out } = context;
  out.note(`Looking every ${seconds} s for new PDFs; Ctrl-C ends it.`);
  await watch(await ingestDeps(context, settings), {
    ...settings,
    intervalMs: Math.max(1, seconds) * 1000,
    onReport: (report) => {
      if (out.isJson) out.documentLine(reportJson(report, settings.dryRun ?? false));
      else if (report.summary.files > report.summary.known) showIngest(out, report);
    },
  });
}

async function ingestDeps(context: Context, settings: IngestOptions): Promise<IngestDeps> {
  const app = await context.app();
  const { store, manifest, clock, log } = app;
  const cacheDir = cacheFolder(context.config.env);
  if (!settings.dryRun) await mustBeTrusted(app, cacheDir, settings.signal);
  return { store, queue: await app.queue(), manifest, clock, log, cacheDir };
}

async function readList(io: Io, file: string): Promise<string> {
  if (file === "-") return await io.readStdin();
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new BlobForgeError("bad-input", `Cannot read the list "${file}": ${messageOf(error)}`);
  }
}

function reportJson(report: IngestReport, dryRun: boolean) {
  const files = report.files.map(({ path, hash, outcome, size, reason, hint }) => ({
    path,
    hash: hash ?? null,
    outcome,
    size,
    error: reason === undefined ? null : { message: reason, ...(hint ? { hint } : {}) },
  }));
  return {
    dry_run: dryRun,
    interrupted: report.interrupted,
    summary: summaryJson(report.summary),
    files,
  };
}
