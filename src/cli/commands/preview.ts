/** JSON: `{"hash", "name", "text", "lines", "more": boolean}`: the first lines of the Markdown. */
import { basename } from "node:path";
import { BlobForgeError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { positiveInteger } from "../options.ts";
import { safe } from "../text.ts";
import { shortHash } from "../values.ts";

export const command = defineCommand({
  about: "Shows the beginning of a result's Markdown, without keeping anything.",
  examples: [
    ["blobforge preview 3f5a9c", "the first 40 lines"],
    ["blobforge preview paper.pdf -n 0 | less", "all of it"],
  ],
  setup: (command) =>
    command
      .argument("<job>", "hash, its first digits, or the path of its PDF")
      .option("-n, --lines <n>", "so many lines; 0: all", positiveInteger, 40),
  async run(context, { lines: most }, word) {
    const { out } = context;
    const signal = context.interruptible();
    const app = await context.app();
    const hash = await app.resolve(word);
    const folder = await Deno.makeTempDir({ prefix: "blobforge-preview-" });
    try {
      const got = await app.results.fetch(hash, { outDir: folder }, { signal });
      if (got.markdown === null) {
        throw new BlobForgeError(
          "not-found",
          `The result of ${shortHash(hash)} holds no Markdown`,
          `Run \`blobforge get ${shortHash(hash)}\` to see what it holds`,
        );
      }
      const all = (await Deno.readTextFile(got.markdown)).trimEnd().split("\n");
      const lines = most === 0 ? all : all.slice(0, most);
      const more = lines.length < all.length;
      const name = basename(got.markdown);
      out.result({ hash, name, text: `${lines.join("\n")}\n`, lines: lines.length, more }, () => {
        for (const line of lines) out.line(out.columns === null ? line : safe(line));
        if (more) out.note(`… ${all.length - lines.length} more lines: -n 0 shows all`);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
