import assert from "node:assert/strict";
import { firstBreach, type HostLimits } from "../../../src/convert/host_limits.ts";
import { SteppedClock } from "./stepped_clock.ts";

const LIMITS: HostLimits = { timeoutMs: 60_000, stallTimeoutMs: 10_000, memoryLimitBytes: 0 };

function watch(changes: Partial<HostLimits>, host: { lastEventAt?(): number; bytes?: number }) {
  const clock = new SteppedClock();
  const watched = {
    lastEventAt: host.lastEventAt ?? (() => clock.at),
    residentBytes: () => Promise.resolve(host.bytes ?? 0),
  };
  const { signal } = new AbortController();
  const breach = () => firstBreach({ ...LIMITS, ...changes }, watched, clock, signal);
  return { clock, breach };
}

Deno.test("a host that always has news is stopped by its time limit alone, to the millisecond", async () => {
  const { clock, breach } = watch({ timeoutMs: 60_500 }, {});
  assert.equal((await breach()).reason, "timeout");
  assert.equal(clock.at, 60_500);
});

Deno.test("a silent host is stopped when the stall limit has passed since its last event", async () => {
  const { clock, breach } = watch({}, { lastEventAt: () => Math.min(clock.at, 4321) });
  assert.equal((await breach()).reason, "stalled");
  assert.equal(clock.at, 14_321);
});

Deno.test("a program that stood still itself does not take its host for stalled", async () => {
  const { clock, breach } = watch({ timeoutMs: 600_000 }, { lastEventAt: () => 0 });
  clock.onSleep = () => {
    if (clock.at === 5000) clock.at += 100_000; // SIGSTOP, or a machine that swaps
  };
  assert.equal((await breach()).reason, "stalled");
  assert.equal(clock.at, 116_000);
});

Deno.test("memory counts from the first look on, and no limit is none", async () => {
  const { clock, breach } = watch({ memoryLimitBytes: 1000 }, { bytes: 1001 });
  assert.equal((await breach()).reason, "out-of-memory");
  assert.equal(clock.at, 0);
  assert.equal(
    (await watch({ memoryLimitBytes: 1001 }, { bytes: 1001 }).breach()).reason,
    "timeout",
  );
  assert.equal((await watch({ memoryLimitBytes: 0 }, { bytes: 1e12 }).breach()).reason, "timeout");
});
