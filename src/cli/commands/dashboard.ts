/**
 * JSON: `{"store", "at", "counts": {todo: {<priority>: n}, processing, failed, dead, done},
 * "oldest_todo_s", "running": [{hash, name, priority, worker, move, running_s, heartbeat_s, is_stale,
 * progress: {stage, pages_done, pages_total, percent, eta_s} | null}], "workers": [as `workers --json`],
 * "problems": [{hash, name, state, at, age_s, reason, error, retry_at}], "rate": {done_last_hour, eta_s}
 * | null}`; problems the newest first. `-v` reads more of them.
 */
import { defineCommand } from "../command.ts";
import { showDashboard } from "../dashboard_view.ts";
import { positiveInteger } from "../options.ts";
import { type Detail, snapshot } from "../snapshot.ts";
import { adviceFor } from "../tally.ts";
import { watchDashboard } from "../watch_dashboard.ts";

const SHORT: Detail = { running: 10, problems: 5 };
const LONG: Detail = { running: 100, problems: 50 };

export const command = defineCommand({
  about: "The whole queue at a glance: how much waits, runs and is done, what runs where and how " +
    "far it is, which workers are alive, what went wrong last and why.",
  examples: [
    ["blobforge dashboard", "now"],
    ["blobforge dashboard -v", "with all workers and more of what went wrong"],
    ["blobforge dashboard --watch --interval 2", "again every 2 seconds"],
  ],
  setup: (command) =>
    command
      .option("--watch", "show it again and again (as `blobforge watch`)")
      .option("--interval <s>", "with --watch: seconds in between", positiveInteger, 5),
  async run(context, { watch, interval }) {
    const detail = context.config.verbose ? LONG : SHORT;
    if (watch) return await watchDashboard(context, detail, interval);
    const { out } = context;
    const app = await context.app();
    const seen = await snapshot(app, await app.queue(), detail);
    out.result(seen, () => {
      showDashboard(out, seen);
      if (!out.quiet) out.line();
      out.tip(adviceFor(seen.counts));
    });
  },
});
