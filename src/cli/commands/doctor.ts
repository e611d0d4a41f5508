/**
 * JSON: `{"healthy": boolean, "checks": [{check, status: "ok" | "warn" | "failed", detail, hint?}]}`.
 * The exit code is that of the first check that failed: 4 no bucket, 6 the store lacks something
 * needed, 7 not allowed, 8 not reached, 10 anything else.
 */
import { ERROR_TABLE } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { type Check, checkConverter, checkDisk, checkStore } from "../health.ts";
import type { Output } from "../output.ts";
import { pad, safe, type Style, wrap } from "../text.ts";

const MARKS: Record<Check["status"], { mark: string; style: Style }> = {
  ok: { mark: "ok", style: "green" },
  warn: { mark: "!!", style: "yellow" },
  failed: { mark: "no", style: "red" },
};

export const command = defineCommand({
  about:
    "Tests what BlobForge needs: that the store can be reached and really honours conditional " +
    "and expiring writes, that clocks agree, that the disk has room, and that a page becomes Markdown.",
  examples: [
    ["blobforge doctor", "before the first worker, and when something is odd"],
    ["blobforge doctor --store s3://bucket/prefix", "another store"],
    ["blobforge doctor --no-convert --json", "only the store and this machine"],
  ],
  setup: (command) =>
    command
      .option("--converter <name>", "the converter to test", "auto")
      .option("--no-convert", "do not test the converter"),
  async run(context, options) {
    const { out } = context;
    const signal = context.interruptible();
    const checks: Check[] = [];
    const tell = (check: Check) => {
      checks.push(check);
      if (!out.isJson) showCheck(out, check);
    };
    for await (const check of checkStore(context, signal)) tell(check);
    tell(checkDisk(context));
    if (options.convert) tell(await checkConverter(context, options.converter, signal));
    const failed = checks.filter((check) => check.status === "failed");
    const first = failed[0];
    const shown = checks.map(({ check, status, detail, hint }) => ({
      check,
      status,
      detail,
      ...(hint ? { hint } : {}),
    }));
    out.result({ healthy: first === undefined, checks: shown }, () => {
      out.line();
      if (first === undefined) out.line(out.paint("green", "All is well."));
      else out.line(out.paint("red", `${failed.length} of ${checks.length} checks failed.`));
    });
    return first === undefined ? 0 : ERROR_TABLE[first.code ?? "unhealthy"].exit;
  },
});

const NAME_COLUMNS = 16;

function showCheck(out: Output, { check, status, detail, hint }: Check): void {
  const { mark, style } = MARKS[status];
  const indent = " ".repeat(4 + NAME_COLUMNS + 1);
  const room = Math.max(30, (out.columns ?? 100) - indent.length);
  const [first = "", ...rest] = wrap(safe(detail), room);
  out.line(`${out.paint(style, mark)}  ${pad(check, NAME_COLUMNS)} ${first}`);
  for (const line of rest) out.line(indent + line);
  if (hint) {
    for (const line of wrap(safe(hint), room)) {
      out.line(indent + out.paint("cyan", line));
    }
  }
}
