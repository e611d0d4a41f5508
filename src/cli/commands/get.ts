/**
 * JSON: `{"results": [{hash, outcome, folder, markdown, files, pages, needs_ocr} | with --zip {hash,
 * outcome, zip, size} | {given, error: {code, message, hint?}}]}`; `markdown` is relative to `folder`,
 * null if the result holds none; `outcome` is created, replaced or unchanged (saved with --zip).
 */
import { join, relative } from "node:path";
import { stemOf } from "../../library/result_layout.ts";
import { defineCommand } from "../command.ts";
import { eachJob } from "../each_job.ts";
import { safe } from "../text.ts";
import { bytes, plural } from "../values.ts";

export const command = defineCommand({
  about:
    "Fetches results: a folder for each PDF, named like it, with the Markdown, its images and " +
    "info.json. Nothing that is not from BlobForge is overwritten.",
  examples: [
    ["blobforge get paper.pdf", "by the path; makes the folder paper/ here"],
    ["blobforge get 3f5a9c b2c4d6 -o markdown", "two, into the folder markdown/"],
    ["blobforge get 3f5a9c --zip", "the zip as it is stored"],
  ],
  setup: (command) =>
    command
      .argument("<job...>", "hashes, their first digits, or paths")
      .option("-o, --output <folder>", "where to put them", ".")
      .option("--zip", "save the zip, do not unpack it")
      .option("--force", "overwrite what is there"),
  async run(context, { output, zip, force }, words) {
    const signal = context.interruptible();
    const { out } = context;
    const app = await context.app();
    return await eachJob(context, words, async (hash) => {
      signal.throwIfAborted();
      if (zip) {
        const stem = stemOf(await app.results.info(hash, signal)) ?? hash.slice(0, 12);
        const saved = await app.results.saveZip(hash, join(output, `${stem}.zip`), {
          force,
          signal,
        });
        const text = `-> ${safe(shown(saved.path))} (${bytes(saved.size)})`;
        return { outcome: "saved", zip: saved.path, size: saved.size, text };
      }
      const got = await app.results.fetch(hash, { outDir: output }, { force, signal });
      const needsOcr = Array.isArray(got.info.needs_ocr) ? got.info.needs_ocr : [];
      const aside = [
        got.info.pages ? plural(got.info.pages, "page") : "",
        got.placed === "unchanged" ? "was there already" : "",
        needsOcr.length > 0
          ? out.paint("yellow", `${plural(needsOcr.length, "page")} need OCR`)
          : "",
      ].filter((part) => part !== "").join(", ");
      return {
        outcome: got.placed,
        folder: got.folder,
        markdown: got.markdown === null ? null : relative(got.folder, got.markdown),
        files: got.files,
        pages: got.info.pages ?? null,
        needs_ocr: needsOcr,
        text: `-> ${safe(shown(got.markdown ?? got.folder))}${aside ? ` (${aside})` : ""}`,
      };
    }, "results");
  },
});

/** Short where it is below the working folder. */
function shown(path: string): string {
  const near = relative(Deno.cwd(), path);
  return near.startsWith("..") ? path : near;
}
