/**
 * JSON: `{"results": [{file, folder, markdown, pages, needs_ocr: [page], warnings, duration_s} |
 * {file, error: {code, message, hint?}}]}`.
 */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { BlobForgeError, ERROR_TABLE } from "../../base/errors.ts";
import { ConversionError, type Converter } from "../../convert/converter.ts";
import { type Context, defineCommand } from "../command.ts";
import { logOf } from "../compose.ts";
import { errorJson } from "../output.ts";
import { positiveInteger } from "../options.ts";
import { safe } from "../text.ts";
import { duration, plural } from "../values.ts";

export const command = defineCommand({
  about: "Converts PDFs on this machine, right now: no store, no queue. Of `book.pdf` the folder " +
    "`book` is made, with the Markdown and the images.",
  examples: [
    ["blobforge convert paper.pdf", "makes the folder paper/ here"],
    ["blobforge convert *.pdf -o markdown", "several, into the folder markdown/"],
  ],
  setup: (command) =>
    command
      .argument("<file...>", "PDFs")
      .option("-o, --output <folder>", "where the folders are made", ".")
      .option("--converter <name>", "auto or lite (BLOBFORGE_CONVERTER)")
      .option("--timeout <s>", "seconds that one file may take", positiveInteger, 3600)
      .option("--force", "write into folders that are there already"),
  async run(context, options, files) {
    const { config, out } = context;
    const signal = context.interruptible();
    const { clock, openConverter } = await context.parts();
    const name = options.converter ?? (config.env.BLOBFORGE_CONVERTER || "auto");
    const log = logOf(config, out, clock);
    const converter = await openConverter(name, { memoryLimitBytes: 0, clock, log });
    const plan = { to: options.output, timeoutMs: options.timeout * 1000, force: options.force };
    const results: Record<string, unknown>[] = [];
    let failures = 0;
    try {
      for (const file of files) {
        signal.throwIfAborted();
        try {
          const started = clock.monotonic();
          const made = await convertOne(context, converter, file, { ...plan, signal });
          const spent = clock.monotonic() - started;
          results.push({ file, ...made, duration_s: Math.round(spent / 100) / 10 });
          if (!out.isJson) out.line(doneLine(file, made, spent));
        } catch (error) {
          if (!(error instanceof BlobForgeError) || isFatal(error)) throw error;
          if (files.length === 1) throw error;
          failures++;
          results.push({ file, error: errorJson(error) });
          if (!out.isJson) out.warn(error.message, error.hint);
        }
      }
    } finally {
      await converter.close();
    }
    if (out.isJson) out.document({ results });
    return failures > 0 ? ERROR_TABLE.partial.exit : 0;
  },
});

/** No other file would fare better. */
function isFatal(error: BlobForgeError): boolean {
  return error instanceof ConversionError && error.kind === "infra";
}

type Plan = { to: string; timeoutMs: number; force?: boolean; signal: AbortSignal };

async function convertOne(context: Context, converter: Converter, file: string, plan: Plan) {
  mustBeFile(file);
  const folder = join(plan.to, basename(file).replace(/\.pdf$/i, "") || "result");
  if (!plan.force && isThere(folder)) {
    throw new BlobForgeError(
      "conflict",
      `Cannot convert into "${folder}": it is there already`,
      "Choose another folder with -o, or add --force",
    );
  }
  const work = mkdtempSync(join(tmpdir(), "blobforge-convert-"));
  const progress = context.out.progress(basename(file));
  try {
    const { markdown, pages, needsOcr, warnings } = await converter.convert({
      pdf: resolve(file),
      outDir: work,
      signal: plan.signal,
      timeoutMs: plan.timeoutMs,
      onProgress: ({ pagesDone, pagesTotal, stage }) =>
        progress.update({ done: pagesDone, total: pagesTotal || undefined, note: stage }),
    });
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(work)) moveInto(join(work, name), join(folder, name));
    return { folder, markdown, pages, needs_ocr: needsOcr, warnings };
  } finally {
    progress.end();
    rmSync(work, { recursive: true, force: true });
  }
}

function mustBeFile(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile()) return;
  throw new BlobForgeError(
    stat ? "bad-input" : "not-found",
    `Cannot convert "${file}": ${stat ? "it is no file" : "there is no such file"}`,
  );
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The temporary folder may be on another disk, where renaming is refused. */
function moveInto(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(from, to);
  } catch {
    if (statSync(from).isDirectory()) {
      mkdirSync(to, { recursive: true });
      for (const name of readdirSync(from)) moveInto(join(from, name), join(to, name));
    } else {
      copyFileSync(from, to);
    }
  }
}

function doneLine(
  file: string,
  made: { folder: string; markdown: string; pages: number; needs_ocr: number[] },
  spentMs: number,
): string {
  const ocr = made.needs_ocr.length > 0
    ? `, ${plural(made.needs_ocr.length, "page")} need OCR`
    : "";
  return `${safe(file)} -> ${safe(join(made.folder, made.markdown))} (${
    plural(made.pages, "page")
  } in ${duration(spentMs)}${ocr})`;
}
