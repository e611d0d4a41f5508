/** JSON: `{"jobs": [{hash, outcome: "removed"} | {given, error}]}`. */
import { BlobForgeError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { eachJob } from "../each_job.ts";
import type { Io } from "../io.ts";
import { plural } from "../values.ts";

export const command = defineCommand({
  about:
    "Deletes PDFs from the store for ever: the PDF, its result, its job and its entry in the " +
    "manifest. The files that were ingested are not touched. There is no way back.",
  examples: [
    ["blobforge remove 3f5a9c", "asks before it does"],
    ["blobforge remove papers/draft.pdf --yes", "does not ask, for scripts"],
  ],
  setup: (command) =>
    command
      .argument("<job...>", "hashes, their first digits, or paths")
      .option("-y, --yes", "do not ask")
      .option("--force", "the same as --yes"),
  async run(context, { yes, force }, words) {
    if (!yes && !force) confirm(context.io, words);
    const queue = await (await context.app()).queue();
    return await eachJob(context, words, async (hash) => {
      await queue.remove(hash);
      return { outcome: "removed", text: "is removed" };
    });
  },
});

/** Throws unless a person at the terminal says yes. */
function confirm(io: Io, words: readonly string[]): void {
  const what = words.length === 1 ? `"${words[0]}"` : plural(words.length, "job");
  if (!io.stdinIsTerminal) {
    throw new BlobForgeError(
      "usage",
      `Cannot remove ${what}: nobody is here to ask`,
      "Add --yes if you are sure: there is no way back",
    );
  }
  const answer = io.readLine(`Remove ${what} and its result for ever? [y/N]`);
  if (!/^y(es)?$/i.test(answer?.trim() ?? "")) {
    throw new BlobForgeError("usage", "Nothing was removed", "Answer y, or add --yes");
  }
}
