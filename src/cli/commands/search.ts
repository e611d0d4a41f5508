/** JSON: `{"query", "matches": [{hash, name, paths, tags, size, source, ingested_at, state?}]}`, best first; `state` with --state. */
import { BlobForgeError } from "../../base/errors.ts";
import type { Found } from "../../library/search.ts";
import { defineCommand } from "../command.ts";
import { foundJson, showFound } from "../found_view.ts";
import { positiveInteger } from "../options.ts";

export const command = defineCommand({
  about: "Finds PDFs of the library by words of their names, paths and tags.",
  examples: [
    ["blobforge search attention", "names, folders and tags that begin so"],
    ["blobforge search rules 2024 --limit 5", "all words must be there"],
    ["blobforge search rules --json | jq -r '.matches[].hash'", "hashes for another command"],
  ],
  setup: (command) =>
    command
      .argument("<word...>", "words, or beginnings of words")
      .option("--limit <n>", "at most so many", positiveInteger, 20),
  async run({ app: open, out }, { limit }, words) {
    const query = words.join(" ").trim();
    if (query === "") throw new BlobForgeError("usage", "There is nothing to search for");
    const app = await open();
    const found: Found[] = await app.search.search(query, { limit: limit + 1 });
    const shown = found.slice(0, limit);
    out.result({ query, matches: shown.map(foundJson), more: found.length > limit }, () => {
      if (shown.length === 0) {
        out.line(`Nothing in the library matches "${query}".`);
        return out.tip("Words match from their beginning; `blobforge manifest -v` lists tags.");
      }
      showFound(out, shown);
      if (found.length > limit) out.tip("There are more: add words, or --limit.");
    });
  },
});
