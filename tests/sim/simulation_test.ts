import assert from "node:assert/strict";
import { simulate } from "./simulation.ts";
import { VARIANTS } from "./variants.ts";

const SEEDS = 200;

Deno.test("the queue keeps its promises under crashes, pauses and lost, late and doubled requests", async () => {
  const counts: Record<string, number> = {};
  for (let seed = 1; seed <= SEEDS; seed++) {
    const report = await simulate(seed);
    assert.equal(report.violation, null, replayHint(seed, report.tail));
    for (const [event, count] of Object.entries(report.counts)) {
      counts[event] = (counts[event] ?? 0) + count;
    }
  }
  // A storm in which nothing happened would prove nothing.
  for (const event of ["work published", "work failed", "work lost", "work handed back"]) {
    assert.ok(counts[event]! > 50, `${event}: ${counts[event]}`);
  }
  for (const event of ["sweep recovered", "sweep requeued", "retry", "reconvert", "remove"]) {
    assert.ok(counts[event]! > 20, `${event}: ${counts[event]}`);
  }
});

Deno.test("one seed gives one history, to the byte", async () => {
  const [one, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
  assert.equal(one.digest, again.digest);
  assert.deepEqual(one.tail, again.tail);
  assert.notEqual(one.digest, other.digest);
});

for (const [name, variant] of Object.entries(VARIANTS)) {
  Deno.test(`the simulation catches a broken queue: ${variant.what} (${name})`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation } = await simulate(seed, { variant });
      if (violation !== null) return;
    }
    assert.fail(`not caught within ${SEEDS} seeds`);
  });
}

function replayHint(seed: number, tail: string[]): string {
  const last = tail.slice(-40).join("\n");
  return `seed ${seed} fails; replay: deno task sim --seeds 1 --seed ${seed}\n${last}`;
}
