/**
 * JSON: `{"job": {hash, state, priority, retries, name, paths, tags, size, error, error_kind, reason,
 * worker, started_at, heartbeat_at, progress, queued_at, retry_at, result, reconvert, attempts}}`
 * (src/cli/job_view.ts says what each is; fields that do not apply are null).
 */
import { rawKey } from "../../queue/layout.ts";
import { unknownJob } from "../../queue/queue.ts";
import { defineCommand } from "../command.ts";
import { jobFields, type JobJson, jobJson } from "../job_view.ts";
import { safe } from "../text.ts";
import { shortHash } from "../values.ts";

export const command = defineCommand({
  about: "Where one job is: waiting, running (how far, by whom), failed (why, when it is tried " +
    "again), dead (why) or done.",
  examples: [
    ["blobforge status 3f5a9c", "by the first digits of its hash, at least 6"],
    ["blobforge status papers/attention.pdf", "by a path, as it was ingested or as it lies here"],
    ["blobforge status 3f5a9c --json | jq .job.state", "for a script"],
  ],
  setup: (command) => command.argument("<job>", "hash, its first digits, or the path of its PDF"),
  async run(context, _options, word) {
    const { out } = context;
    const app = await context.app();
    const hash = await app.resolve(word);
    const queue = await app.queue();
    const [job, entry, raw] = await Promise.all([
      queue.find(hash),
      app.manifest.find(hash),
      app.store.head(rawKey(hash)),
    ]);
    if (job === null) throw unknownJob(hash);
    const seen = jobJson(job, entry, app.storeNow());
    const json: JobJson = {
      ...seen,
      name: seen.name ?? raw?.metadata["original-name"] ?? null,
      size: seen.size ?? raw?.size ?? null,
    };
    out.result({ job: json }, () => {
      out.heading(safe(json.name ?? shortHash(hash)));
      out.fields(jobFields(json, app.storeNow()));
      const tip = nextStep(json);
      if (tip) out.tip(tip);
    });
  },
});

function nextStep({ state, hash }: JobJson): string | null {
  const short = shortHash(hash);
  switch (state) {
    case "done":
      return `\`blobforge get ${short}\` fetches the Markdown.`;
    case "dead":
      return `\`blobforge logs ${short}\` tells more, \`blobforge retry ${short}\` tries again.`;
    case "failed":
      return `It is retried by itself; \`blobforge retry ${short}\` does it now.`;
    default:
      return null;
  }
}
