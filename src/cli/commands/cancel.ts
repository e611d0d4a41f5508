/**
 * JSON: `{"jobs": [{hash, outcome: "cancelled" | "asked" | "dead" | "done"} | {given, error}]}`;
 * `asked`: its worker was told and stops at its next heartbeat; `dead`, `done`: it had ended before.
 */
import { defineCommand } from "../command.ts";
import { eachJob } from "../each_job.ts";
import { positiveInteger } from "../options.ts";

const TEXTS = {
  cancelled: "is cancelled",
  asked: "runs; its worker was told to stop, and does at its next heartbeat",
  dead: "was dead already",
  done: "is done already; `blobforge remove` would delete it",
} as const;

export const command = defineCommand({
  about:
    "Takes jobs out of the queue. A running conversion is stopped by its worker. A cancelled " +
    "job is a dead letter: `blobforge retry` brings it back.",
  examples: [
    ["blobforge cancel 3f5a9c", "one job; waits a little if it runs"],
    ["blobforge cancel 3f5a9c b2c4d6 --wait 120", "two jobs, waiting longer for their workers"],
  ],
  setup: (command) =>
    command
      .argument("<job...>", "hashes, their first digits, or paths")
      .option("--wait <s>", "seconds to wait for the worker of a running job", positiveInteger, 5),
  async run(context, { wait }, words) {
    const queue = await (await context.app()).queue();
    return await eachJob(context, words, async (hash) => {
      const { outcome } = await queue.cancel(hash, wait * 1000);
      return { outcome, text: TEXTS[outcome] };
    });
  },
});
