/** JSON: `{"jobs": [{hash, outcome: "queued", priority} | {given, error}]}`. */
import { DEFAULT_PRIORITY } from "../../queue/job.ts";
import { defineCommand } from "../command.ts";
import { eachJob } from "../each_job.ts";
import { priority } from "../options.ts";

export const command = defineCommand({
  about:
    "Converts finished PDFs once more, for instance with a better converter. The result that " +
    "is there stays until the new one takes its place.",
  examples: [
    ["blobforge reconvert 3f5a9c", "one PDF"],
    ["blobforge reconvert 3f5a9c b2c4d6 --priority low", "two, when there is time"],
  ],
  setup: (command) =>
    command
      .argument("<job...>", "hashes, their first digits, or paths")
      .option("--priority <p>", "critical, high, normal, low or background", priority),
  async run(context, options, words) {
    const queue = await (await context.app()).queue();
    return await eachJob(context, words, async (hash) => {
      const job = await queue.reconvert(hash, options.priority ?? DEFAULT_PRIORITY);
      const text = `will be converted once more (${job.priority})`;
      return { outcome: "queued", priority: job.priority, text };
    });
  },
});
