/** `deno task sim --seeds N --seed S [--variant NAME]`: plays N seeds from S on; prints the first that fails, with its last events. */
import { parseArgs } from "node:util";
import { simulate } from "../tests/sim/simulation.ts";
import { VARIANTS } from "../tests/sim/variants.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    variant: { type: "string" },
    tail: { type: "string", default: "60" },
  },
});
const variant = values.variant === undefined ? undefined : VARIANTS[values.variant];
if (values.variant !== undefined && variant === undefined) {
  console.error(`No variant "${values.variant}". There are: ${Object.keys(VARIANTS).join(", ")}`);
  Deno.exit(2);
}

const started = performance.now();
const first = Number(values.seed);
const last = first + Number(values.seeds) - 1;
const counts: Record<string, number> = {};
let requests = 0;
for (let seed = first; seed <= last; seed++) {
  const report = await simulate(seed, { variant });
  requests += report.requests;
  for (const [event, count] of Object.entries(report.counts)) {
    counts[event] = (counts[event] ?? 0) + count;
  }
  if (report.violation !== null) {
    console.log(report.tail.slice(-Number(values.tail)).join("\n"));
    console.log(`\nseed ${seed} fails: ${report.violation}`);
    console.log(`Replay: deno task sim --seeds 1 --seed ${seed}`);
    Deno.exit(1);
  }
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${last - first + 1} seeds, ${requests} requests, no violation, ${seconds} s`);
for (const [event, count] of Object.entries(counts).sort()) console.log(`  ${event}: ${count}`);
