import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { failureOf, hostCommand, processes, withHost } from "./with_host.ts";

Deno.test("an abort kills a host that hangs and rejects with the signal's reason", () =>
  withHost({}, async ({ converter, convert }) => {
    const controller = new AbortController();
    const reason = new RangeError("lost the lease");
    const onProgress = () => controller.abort(reason);
    await assert.rejects(convert("hang", { signal: controller.signal, onProgress }), reason);
    assert.equal(converter.pid, null);
    assert.equal((await convert("good")).pages, 2);
  }));

Deno.test("a signal that was aborted before starts nothing", () =>
  withHost({}, async ({ converter, outDir }) => {
    const signal = AbortSignal.abort(new RangeError("too late"));
    const request = { pdf: "good.pdf", outDir, signal, timeoutMs: 1000 };
    await assert.rejects(converter.convert(request), RangeError);
    assert.equal(converter.pid, null);
  }));

Deno.test("close() in the middle of a document ends it and its host", () =>
  withHost({}, async ({ converter, convert }) => {
    const begun = Promise.withResolvers<void>();
    const failure = failureOf(convert("hang", { onProgress: () => begun.resolve() }));
    await begun.promise;
    await Promise.all([converter.close(), converter.close()]);
    const error = await failure;
    assert.deepEqual([error.kind, error.reason], ["infra", "closed"]);
    assert.equal((await failureOf(convert("good"))).reason, "closed");
  }));

Deno.test("close() without a host does nothing", () =>
  withHost({}, async ({ converter }) => {
    await converter.close();
  }));

Deno.test("close() kills a host that ends neither with its stdin nor on SIGTERM", () =>
  withHost({ script: "stubborn.ts" }, async ({ convert }) => {
    assert.equal((await convert("any")).pages, 2);
  }));

Deno.test("a child that outlives its host and ignores SIGTERM is killed with it", () =>
  withHost({}, async ({ convert, groups }) => {
    await convert("orphan");
    const [group] = groups;
    const members = processes().filter((process) => process.group === group);
    assert(members.length >= 2, "the host and its child are there");
  }));

Deno.test("a host that died between two documents is replaced without a failure", () =>
  withHost({}, async ({ converter, convert, groups }) => {
    await convert("good");
    Deno.kill(converter.pid!, "SIGKILL");
    await gone(converter.pid!);
    assert.equal((await convert("good")).pages, 2);
    assert.equal(groups.size, 2);
  }));

Deno.test("a host that hangs does not outlive a supervisor that was killed", async () => {
  const [deno, ...args] = hostCommand("supervisor.ts");
  const supervisor = new Deno.Command(deno!, { args, stdout: "piped" }).spawn();
  const reader = supervisor.stdout.getReader();
  const group = parseInt(new TextDecoder().decode((await reader.read()).value));
  assert(processes().some((process) => process.group === group));
  supervisor.kill("SIGKILL");
  await supervisor.status;
  await reader.cancel();
  await gone(group);
});

/** Until no process of the group is alive; its guard gives it a few seconds. */
async function gone(group: number): Promise<void> {
  const giveUpAt = systemClock.monotonic() + 60_000;
  while (processes().some((process) => process.group === group && process.state !== "Z")) {
    assert(systemClock.monotonic() < giveUpAt, `the processes of group ${group} live on`);
    await systemClock.sleep(50);
  }
}
