/** A small result and its origin, for tests of packaging. Run by itself it packages `args[0]` as `args[1]`. */
import { packageResult, type ResultOrigin } from "../../../src/convert/package_result.ts";

export const ORIGIN: ResultOrigin = {
  hash: "ab".repeat(32),
  attempt: "0123",
  workerId: "worker-1",
  originalFilename: "Überblick.pdf",
  tags: ["rules", "日本"],
  sizeBytes: 4711,
  convertedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  durationMs: 12_345,
  converter: "lite",
  converterVersion: "1.0",
};

export const CONVERSION = { markdown: "source.md", pages: 3, needsOcr: [2], warnings: ["odd"] };

/** Markdown with an image beside it, one below, and one that is missing. */
export async function writeResult(folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/source.md`, "# T\n\n![](a.png) ![](img/b.jpg) ![](c.png)\n");
  await Deno.mkdir(`${folder}/img`);
  await Deno.writeFile(`${folder}/img/b.jpg`, new Uint8Array(5000));
  await Deno.writeFile(`${folder}/a.png`, new Uint8Array([1, 2, 3]));
}

if (import.meta.main) await packageResult(Deno.args[0]!, CONVERSION, ORIGIN, Deno.args[1]!);
