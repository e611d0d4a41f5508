/**
 * JSON: `{"dry_run", "jobs": [{hash, outcome: "queued" | "would-queue", priority, retries} |
 * {given, error: {code, message, hint?}}]}`.
 */
import { BlobForgeError } from "../../base/errors.ts";
import { JOB_STATES, type JobState } from "../../queue/job.ts";
import type { Queue } from "../../queue/queue.ts";
import { defineCommand } from "../command.ts";
import { eachJob } from "../each_job.ts";
import { priority } from "../options.ts";

export const command = defineCommand({
  about: "Puts dead or failed jobs back in the queue, at the priority they had. Failures are " +
    "retried by themselves after a pause; this does not wait for it.",
  examples: [
    ["blobforge retry 3f5a9c --priority high", "one job, before the others"],
    ["blobforge retry --dead --reset-retries", "all dead letters, with all their tries again"],
    ["blobforge retry --all --dry-run", "which jobs it would be"],
  ],
  setup: (command) =>
    command
      .argument("[job...]", "hashes, their first digits, or paths")
      .option("--all", "all failed and dead jobs")
      .option("--failed", "all jobs that wait for their retry")
      .option("--dead", "all dead letters")
      .option("--priority <p>", "critical, high, normal, low or background", priority)
      .option("--reset-retries", "forget how often it failed")
      .option("--dry-run", "say which jobs, change nothing"),
  async run(context, options, words) {
    const states = statesOf(options);
    if ((words.length === 0) === (states.length === 0)) {
      throw new BlobForgeError(
        "usage",
        words.length === 0 ? "No job is named" : "Jobs are named, and whole states too",
        "Name jobs, or use one of --all, --failed, --dead",
      );
    }
    const app = await context.app();
    const queue = await app.queue();
    const hashes = words.length > 0 ? words : await hashesOf(queue, states);
    if (hashes.length === 0 && !context.out.isJson) {
      context.out.line(`Nothing to retry: no job is ${states.join(" or ")}.`);
    }
    const { resetRetries, dryRun } = options;
    return await eachJob(context, hashes, async (hash) => {
      if (dryRun) {
        const job = await queue.find(hash);
        const to = options.priority ?? job?.priority ?? null;
        const text = `would go back in the queue (it is ${job?.state ?? "unknown"})`;
        return { outcome: "would-queue", priority: to, retries: job?.retries ?? 0, text };
      }
      const job = await queue.retry(hash, { priority: options.priority, resetRetries });
      const text = `is back in the queue (${job.priority})`;
      return { outcome: "queued", priority: job.priority, retries: job.retries, text };
    });
  },
});

function statesOf(options: { all?: true; failed?: true; dead?: true }): JobState[] {
  return JOB_STATES.filter((state) =>
    (state === "failed" && (options.all || options.failed)) ||
    (state === "dead" && (options.all || options.dead))
  );
}

async function hashesOf(queue: Queue, states: readonly JobState[]): Promise<string[]> {
  const hashes: string[] = [];
  for (const state of states) {
    for await (const { hash } of queue.list(state)) hashes.push(hash);
  }
  return hashes;
}
