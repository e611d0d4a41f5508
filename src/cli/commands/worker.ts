/**
 * JSON, when it ends: `{"dry_run": false, "worker", "ends": {done, superseded, failed, dead, cancelled,
 * "handed-back", lost}, "pages", "duration_s"}`; of a dry run `{"dry_run": true, "candidates": [{hash,
 * priority}], "waiting"}`.
 */
import { BlobForgeError, ERROR_TABLE } from "../../base/errors.ts";
import { VERSION } from "../../base/version.ts";
import type { Converter } from "../../convert/converter.ts";
import { listCandidates } from "../../queue/candidates.ts";
import { describeMachine, takeIdentity } from "../../worker/identity.ts";
import { runWorker, type WorkerOptions, type WorkerReport } from "../../worker/worker.ts";
import { type Context, defineCommand } from "../command.ts";
import type { App } from "../compose.ts";
import { cacheFolder, stateFolder } from "../folders.ts";
import { positiveInteger } from "../options.ts";
import { mustBeTrusted } from "../trusted_store.ts";
import { duration, plural, shortHash } from "../values.ts";
import { tally, waitingOf } from "../tally.ts";

export const command = defineCommand({
  about: "Takes jobs from the queue and converts them, until it is stopped. Start as many as you " +
    "like, on as many machines as you like. At SIGTERM or Ctrl-C running jobs are handed back at " +
    "once and cost nothing; a second signal ends it the hard way, which loses nothing either.",
  examples: [
    ["blobforge worker", "work for ever, as a service"],
    ["blobforge worker --drain --concurrency 4", "four at a time, until nothing waits"],
    ["blobforge worker --run-once --converter lite", "one job, with this converter"],
    ["blobforge worker --dry-run", "what it would take"],
  ],
  isService: true,
  setup: (command) =>
    command
      .option("--run-once", "one job, then end")
      .option("--drain", "until no job waits, also for its retry")
      .option("--concurrency <n>", "jobs at a time", positiveInteger)
      .option("--converter <name>", "auto or lite (BLOBFORGE_CONVERTER)")
      .option("--dry-run", "show what it would take, take nothing"),
  async run(context, options) {
    const { config } = context;
    const app = await context.app();
    if (options.dryRun) return await showCandidates(context, app);
    const concurrency = options.concurrency ?? numberIn(config.env.BLOBFORGE_CONCURRENCY) ?? 1;
    const name = options.converter ?? (config.env.BLOBFORGE_CONVERTER || "auto");
    const until = options.runOnce ? "once" : options.drain ? "drain" : "forever";
    return await work(context, app, { until, name, concurrency: Math.max(1, concurrency) });
  },
});

type Plan = { until: WorkerOptions["until"]; name: string; concurrency: number };

async function work(context: Context, app: App, plan: Plan): Promise<number> {
  const { config, out } = context;
  const stop = context.interruptible();
  await mustBeTrusted(app, cacheFolder(config.env), stop);
  const fleet = await app.fleetConfig();
  const identity = takeIdentity(
    stateFolder(config.env),
    config.env.BLOBFORGE_WORKER_ID || undefined,
  );
  try {
    const memoryLimitBytes = fleet.converter_memory_mb * 1e6;
    const { clock, random, log } = app;
    const converters: Converter[] = [];
    for (let at = 0; at < plan.concurrency; at++) {
      converters.push(await app.parts.openConverter(plan.name, { memoryLimitBytes, clock, log }));
    }
    const started = clock.monotonic();
    const report = await runWorker(
      {
        queue: await app.queue(identity.id),
        clock,
        random,
        log,
        machine: describeMachine(identity.id, clock),
        version: VERSION,
        config: fleet,
        converters,
        folder: identity.folder,
      },
      { until: plan.until },
      stop,
    );
    if (report.infra) throw report.infra;
    const spentMs = clock.monotonic() - started;
    const { ends, pages } = report;
    const data = { dry_run: false, worker: identity.id, ends, pages };
    out.result({ ...data, duration_s: Math.round(spentMs / 100) / 10 }, () => {
      out.line(summaryLine(report, spentMs));
      if (ends.dead + ends.failed > 0) out.tip("`blobforge dashboard` shows what failed and why.");
    });
    // A failure that was retried with success is none; of one job it is the end that counts.
    const bad = plan.until === "once" ? ends.failed + ends.dead : ends.dead;
    return bad > 0 ? ERROR_TABLE.partial.exit : 0;
  } finally {
    identity.release();
  }
}

/** `12 jobs done (340 pages) in 2m 10s, 1 dead` */
function summaryLine({ ends, pages }: WorkerReport, spentMs: number): string {
  const all = Object.values(ends).reduce((sum, number) => sum + number, 0);
  if (all === 0) return "Nothing waits. Run `blobforge ingest FOLDER` to add PDFs.";
  const done = ends.done === 0
    ? "No job was done"
    : `${plural(ends.done, "job")} done (${plural(pages, "page")})`;
  const others = Object.entries(ends)
    .filter(([end, number]) => end !== "done" && number > 0)
    .map(([end, number]) => `${number} ${end.replace("-", " ")}`);
  return [`${done} in ${duration(spentMs)}`, ...others].join(", ");
}

async function showCandidates({ out }: Context, app: App): Promise<number> {
  const queue = await app.queue();
  const [candidates, { counts }] = await Promise.all([listCandidates(app), tally(queue)]);
  const waiting = waitingOf(counts);
  out.result({ dry_run: true, candidates, waiting }, () => {
    if (candidates.length === 0) {
      return out.line("Nothing waits. Run `blobforge ingest FOLDER` to add PDFs.");
    }
    out.line(
      `${plural(waiting, "job")} wait${
        waiting === 1 ? "s" : ""
      }. It would take some of these first:`,
    );
    const rows = candidates.map(({ hash, priority }) => [shortHash(hash), priority]);
    out.table([{ title: "hash" }, { title: "priority" }], rows, "  ");
  });
  return 0;
}

/** The variable is read as strictly as the option. */
function numberIn(text: string | undefined): number | undefined {
  if (!text) return undefined;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new BlobForgeError(
    "usage",
    `BLOBFORGE_CONCURRENCY="${text}" is not a number of jobs`,
    "Set it to a whole number, or use --concurrency",
  );
}
