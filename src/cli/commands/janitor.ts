/**
 * JSON: `{"dry_run", "recovered", "requeued", "buried", "restored", "tidied", "errors",
 * "items": [{hash, what, action, age_s, detail}]}`; with `-v` also the items that need nothing.
 */
import { ERROR_TABLE } from "../../base/errors.ts";
import { sweep, type SweepItem } from "../../janitor/sweep.ts";
import { defineCommand } from "../command.ts";
import { safe, type Style } from "../text.ts";
import { duration, plural, shortHash } from "../values.ts";
import { mustBeTrusted } from "../trusted_store.ts";
import { cacheFolder } from "../folders.ts";

const IDLE: readonly SweepItem["action"][] = ["alive", "waits", "left"];

const STYLES: Partial<Record<SweepItem["action"], Style>> = {
  recovered: "cyan",
  requeued: "blue",
  restored: "blue",
  buried: "red",
  tidied: "dim",
  reported: "yellow",
  error: "red",
};

export const command = defineCommand({
  about: "Puts right at once what workers put right by themselves now and then: takes over jobs " +
    "whose worker died, puts failures back in the queue when their pause is over. --deep also " +
    "compares every PDF with the queue, so that no job is ever lost.",
  examples: [
    ["blobforge janitor", "once, now"],
    ["blobforge janitor --dry-run -v", "look at everything, change nothing"],
    ["blobforge janitor --deep", "compare all PDFs with all markers too"],
  ],
  setup: (command) =>
    command
      .option("--dry-run", "report what would be done, change nothing")
      .option("--deep", "also compare every PDF with its markers"),
  async run(context, { dryRun, deep }) {
    const { config, out } = context;
    const app = await context.app();
    if (!dryRun) await mustBeTrusted(app, cacheFolder(config.env));
    const queue = await app.queue();
    const items: SweepItem[] = [];
    const progress = out.progress("looking");
    let seen = 0;
    const report = await sweep({ queue, log: app.log }, {
      dryRun,
      deep,
      onItem: (item) => {
        progress.update({ done: ++seen });
        if (config.verbose || !IDLE.includes(item.action)) items.push(item);
      },
    });
    progress.end();
    const { dryRun: isDry, ...numbers } = report;
    const data = { dry_run: isDry, ...numbers, items: items.map(itemJson) };
    out.result(data, () => {
      if (items.length > 0) {
        out.table(
          [
            { title: "hash" },
            { title: "what" },
            { title: "action" },
            { title: "age", align: "right" },
            { title: "detail", flex: "end" },
          ],
          items.map((item) => [
            shortHash(item.hash),
            item.what,
            { text: item.action, style: STYLES[item.action] ?? "reset" },
            item.ageMs === undefined ? "" : duration(item.ageMs),
            safe(item.detail ?? ""),
          ]),
        );
      }
      const done = Object.entries(numbers).filter(([, value]) => value > 0)
        .map(([word, value]) => word === "errors" ? plural(value, "error") : `${value} ${word}`);
      const nothing = seen === 0 ? "Nothing to put right." : "Nothing was due.";
      const would = isDry ? "Would be: " : "";
      out.line(done.length === 0 ? nothing : `${would}${done.join(", ")}.`);
    });
    return report.errors > 0 ? ERROR_TABLE.partial.exit : 0;
  },
});

function itemJson({ hash, what, action, ageMs, detail }: SweepItem) {
  const age = ageMs === undefined ? null : Math.round(ageMs / 1000);
  return { hash, what, action, age_s: age, detail: detail ?? null };
}
