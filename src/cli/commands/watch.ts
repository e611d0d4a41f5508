/** JSON: a line a round, each as `dashboard --json` (JSON lines). */
import { defineCommand } from "../command.ts";
import { positiveInteger } from "../options.ts";
import { watchDashboard } from "../watch_dashboard.ts";

export const command = defineCommand({
  about: "Shows the dashboard again and again, until Ctrl-C, or until nothing is left with " +
    "--until-done.",
  examples: [
    ["blobforge watch", "every 5 seconds"],
    ["blobforge watch --until-done && echo ready", "until no job waits or runs"],
    ["blobforge watch --json --interval 60 >> queue.jsonl", "a record for later"],
  ],
  setup: (command) =>
    command
      .option("--interval <s>", "seconds in between", positiveInteger, 5)
      .option("--until-done", "end when no job waits, runs or is to be retried"),
  async run(context, { interval, untilDone }) {
    return await watchDashboard(context, { running: 10, problems: 5 }, interval, untilDone);
  },
});
