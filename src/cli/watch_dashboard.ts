/** The dashboard again and again: drawn in place on a terminal, one after the other elsewhere. */
import type { Context } from "./command.ts";
import { showDashboard } from "./dashboard_view.ts";
import { type Detail, snapshot } from "./snapshot.ts";
import { waitingOf } from "./tally.ts";

/** Home, then the rest of the screen; clearing everything first would flicker. */
const HOME = "\x1b[H";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_LINE_END = "\x1b[K";

/** Ends at a signal, or with `untilDone` when no job waits, runs or is to be retried. */
export async function watchDashboard(
  context: Context,
  detail: Detail,
  seconds: number,
  untilDone = false,
): Promise<void> {
  const { out } = context;
  const signal = context.interruptible();
  const app = await context.app();
  const queue = await app.queue();
  if (!out.isJson && out.columns !== null) out.raw("\x1b[2J");
  while (!signal.aborted) {
    const seen = await snapshot(app, queue, detail);
    if (out.isJson) out.documentLine(seen);
    else if (out.columns === null) {
      showDashboard(out, seen);
      out.line();
    } else {
      const lines = out.captured(() => showDashboard(out, seen));
      const screen = lines.map((line) => line + CLEAR_LINE_END).join("\n");
      const foot = out.paint("dim", `every ${seconds} s, Ctrl-C ends it`);
      out.raw(`${HOME}${screen}\n${CLEAR_LINE_END}\n${foot}${CLEAR_BELOW}\n`);
    }
    const { counts } = seen;
    if (untilDone && waitingOf(counts) + counts.processing + counts.failed === 0) return;
    await app.clock.sleep(Math.max(1, seconds) * 1000, signal).catch(() => {});
  }
}
