/**
 * JSON: `{"hash", "state", "name", "attempts": [{attempt, worker, at, kind, error}], "logs": [{type,
 * written_at, text}]}`, attempts and their errors oldest first.
 */
import { LOGS } from "../../queue/layout.ts";
import type { PdfHash } from "../../queue/job.ts";
import { unknownJob } from "../../queue/queue.ts";
import type { ObjectStore } from "../../store/object_store.ts";
import { readBytes } from "../../store/read_all.ts";
import { defineCommand } from "../command.ts";
import { type AttemptJson, jobJson, stateCell } from "../job_view.ts";
import { safe } from "../text.ts";
import { iso, moment, shortHash } from "../values.ts";

type KeptLog = { type: string; written_at: string; text: string };

export const command = defineCommand({
  about: "What happened to a job: every attempt that failed, its worker and its error, and the " +
    "end of what the converter wrote in the last one.",
  examples: [
    ["blobforge logs 3f5a9c", "why it failed"],
    ["blobforge logs 3f5a9c --json | jq -r '.logs[].text'", "the converter's own words only"],
  ],
  setup: (command) => command.argument("<job>", "hash, its first digits, or the path of its PDF"),
  async run(context, _options, word) {
    const { out } = context;
    const app = await context.app();
    const hash = await app.resolve(word);
    const queue = await app.queue();
    const [job, entry, logs] = await Promise.all([
      queue.find(hash),
      app.manifest.find(hash),
      readLogs(app.store, hash),
    ]);
    if (job === null && logs.length === 0) throw unknownJob(hash);
    const seen = job === null ? null : jobJson(job, entry, app.storeNow());
    const attempts = seen?.attempts ?? [];
    const data = { hash, state: seen?.state ?? null, name: seen?.name ?? null, attempts, logs };
    out.result(data, () => {
      const state = seen ? stateCell(seen) : "";
      const word = typeof state === "string" ? state : out.paint(state.style, state.text);
      out.line(`${out.paint("bold", safe(seen?.name ?? shortHash(hash)))}  ${word}`);
      for (const [at, attempt] of attempts.entries()) {
        out.line();
        out.heading(`Attempt ${at + 1}`, attemptAside(attempt));
        if (attempt.error !== null) out.line(`  ${safe(attempt.error)}`);
      }
      for (const log of logs) {
        out.line();
        out.heading(`Log "${safe(log.type)}"`, moment(Date.parse(log.written_at)));
        for (const line of log.text.trimEnd().split("\n")) out.line(`  ${safe(line)}`);
      }
      if (attempts.length === 0 && logs.length === 0) out.line("No attempt failed so far.");
    });
  },
});

function attemptAside({ at, worker, kind }: AttemptJson): string {
  const parts = [at === null ? "" : moment(Date.parse(at)), worker ?? "", kind ?? ""];
  return safe(parts.filter((part) => part !== "").join(" · "));
}

async function readLogs(store: ObjectStore, hash: PdfHash): Promise<KeptLog[]> {
  const logs: KeptLog[] = [];
  const prefix = `${LOGS}${hash}/`;
  for await (const page of store.list(prefix)) {
    for (const { key, writtenAt } of page.objects) {
      const stored = await store.get(key);
      if (stored === null) continue;
      const text = new TextDecoder().decode(await readBytes(stored.body));
      const type = key.slice(prefix.length).replace(/\.log$/, "");
      logs.push({ type, written_at: iso(writtenAt), text });
    }
  }
  return logs;
}
