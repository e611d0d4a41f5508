import assert from "node:assert/strict";
import { failureOf, withHost } from "./with_host.ts";

Deno.test("a host may take its time to be ready", () =>
  withHost({ script: "slow_start.ts" }, async ({ convert }) => {
    assert.equal((await convert("any")).markdown, "source.md");
  }));

Deno.test("a host that is never ready is the machine's fault, and its last words are shown", () =>
  withHost({ script: "never_ready.ts", startTimeoutMs: 1500 }, async ({ converter }) => {
    const error = await failureOf(converter.start());
    assert.deepEqual([error.kind, error.reason], ["infra", "host-start-timeout"]);
    assert.match(error.message, /was not ready after 1.5 s/);
    assert.match(error.hint!, /blobforge doctor/);
    assert.equal(converter.pid, null);
  }));

Deno.test("a host that ends before it is ready is the machine's fault", () =>
  withHost({ script: "broken_start.ts" }, async ({ convert }) => {
    const error = await failureOf(convert("any"));
    assert.deepEqual([error.kind, error.reason], ["infra", "host-start"]);
    assert.match(error.message, /ended with exit code 1/);
    assert.match(error.hint!, /it wrote: ModuleNotFoundError: No module named 'marker'$/);
    assert.match(error.log!, /ModuleNotFoundError/);
  }));

Deno.test("a host that knows why it cannot start is quoted", () =>
  withHost({ script: "no_model.ts" }, async ({ convert }) => {
    const error = await failureOf(convert("any"));
    assert.deepEqual([error.kind, error.reason, error.message], [
      "infra",
      "no-model",
      "The model is missing",
    ]);
    assert.match(error.hint!, /^Run `fetch-models`/);
  }));

Deno.test("a command that does not exist is the machine's fault", () =>
  withHost({ command: ["/no/such/program"] }, async ({ convert }) => {
    const error = await failureOf(convert("any"));
    assert.deepEqual([error.kind, error.reason], ["infra", "host-missing"]);
    assert.match(error.message, /no\/such\/program/);
  }));

Deno.test("a start that is aborted rejects with the signal's reason and leaves nothing", () =>
  withHost({ script: "never_ready.ts" }, async ({ converter }) => {
    const controller = new AbortController();
    const starting = converter.start(controller.signal);
    controller.abort(new RangeError("lost the lease"));
    await assert.rejects(starting, RangeError);
  }));
