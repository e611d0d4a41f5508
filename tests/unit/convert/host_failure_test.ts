import assert from "node:assert/strict";
import { hostDied } from "../../../src/convert/host_failure.ts";
import { failureOf, withHost } from "./with_host.ts";

const MB = 1024 * 1024;

for (
  const [act, reason, message] of [
    ["crash", "host-died", /exit code 3/],
    ["crashLater", "host-died", /exit code 3/],
    ["dies", "host-died", /ended by SIGKILL/],
    ["orphanCrash", "host-died", /exit code 4/],
  ] as const
) {
  Deno.test(`a host that dies costs its document alone: ${act}`, () =>
    withHost({}, async ({ convert, groups }) => {
      const error = await failureOf(convert(act));
      assert.deepEqual([error.kind, error.reason], ["transient", reason]);
      assert.match(error.message, message);
      await convert("good");
      assert.equal(groups.size, 2);
    }));
}

Deno.test("a host that dies before it says a word about its second document costs nothing", () =>
  withHost({}, async ({ convert }) => {
    assert.equal((await convert("tired")).pages, 2);
    assert.equal((await convert("tired")).pages, 2);
  }));

Deno.test("a document that kills a second host without a word is not tried in a third", () =>
  withHost({}, async ({ convert }) => {
    await convert("good");
    assert.equal((await failureOf(convert("crash"))).reason, "host-died");
  }));

Deno.test("a host that says it has no memory left failed for want of memory", () =>
  withHost({}, async ({ convert }) => {
    const error = await failureOf(convert("v8"));
    assert.deepEqual([error.kind, error.reason], ["resource", "out-of-memory"]);
  }));

Deno.test("a large host that is killed from outside failed for want of memory", () =>
  withHost({ memoryLimitBytes: 400 * MB }, async ({ convert }) => {
    const error = await failureOf(convert("oom"));
    assert.deepEqual([error.kind, error.reason], ["resource", "out-of-memory"]);
    assert.match(error.message, /SIGKILL, out of memory \(it held \d{3} MB\)/);
  }));

Deno.test("hostDied() takes a small host that was killed for what it is", () => {
  const status = { code: 137, signal: "SIGKILL" };
  const death = { name: "x", log: "", status, memoryLimitBytes: 0 };
  assert.equal(hostDied({ ...death, peakBytes: 900 * MB }).kind, "transient");
  assert.equal(hostDied({ ...death, peakBytes: 1100 * MB }).kind, "resource");
  const segfault = { code: 139, signal: "SIGSEGV" };
  assert.equal(hostDied({ ...death, status: segfault, peakBytes: 1100 * MB }).kind, "transient");
});

for (
  const [act, options, timeoutMs, reason, message] of [
    ["stall", { stallTimeoutMs: 300 }, undefined, "stalled", /no progress for 0.3 s/],
    ["hang", { stallTimeoutMs: 300 }, undefined, "stalled", /no progress/],
    ["busy", {}, 300, "timeout", /not done after 0.3 s/],
    ["leak", { memoryLimitBytes: 200 * MB }, undefined, "out-of-memory", /may take 200 MB/],
    ["childLeak", { memoryLimitBytes: 300 * MB }, undefined, "out-of-memory", /may take 300 MB/],
  ] as const
) {
  Deno.test(`a host beyond its limits is killed, and the next document gets a new one: ${act}`, () =>
    withHost(options, async ({ convert, groups }) => {
      const error = await failureOf(convert(act, { timeoutMs }));
      assert.deepEqual([error.kind, error.reason], ["resource", reason]);
      assert.match(error.message, message);
      assert.equal((await convert("good")).pages, 2);
      assert.equal(groups.size, 2);
    }));
}
