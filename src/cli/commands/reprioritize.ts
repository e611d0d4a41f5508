/** JSON: `{"jobs": [{hash, outcome: "moved" | "asked", priority}]}`; `asked`: it runs, and goes there if it has to wait again. */
import { defineCommand } from "../command.ts";
import { eachJob } from "../each_job.ts";
import { priority } from "../options.ts";

export const command = defineCommand({
  about: "Moves a waiting job to another priority. Workers take critical before high before " +
    "normal before low before background.",
  examples: [
    ["blobforge reprioritize 3f5a9c high", "before the normal ones"],
    ["blobforge reprioritize papers/attention.pdf 5_background", "when nothing else waits"],
  ],
  setup: (command) =>
    command
      .argument("<job>", "hash, its first digits, or the path of its PDF")
      .argument("<priority>", "critical, high, normal, low or background (or 1 to 5)", priority),
  async run(context, _options, word, to) {
    const queue = await (await context.app()).queue();
    return await eachJob(context, [word], async (hash) => {
      const { asked } = await queue.reprioritize(hash, to);
      const text = asked ? `runs; if it has to wait again, then at ${to}` : `is at ${to} now`;
      return { outcome: asked ? "asked" : "moved", priority: to, text };
    });
  },
});
