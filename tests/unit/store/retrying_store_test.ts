import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import type { StoreTime } from "../../../src/store/object_store.ts";
import { RetryingStore } from "../../../src/store/retrying_store.ts";
import { StoreError } from "../../../src/store/store_error.ts";
import {
  ABSENT,
  bytes,
  keysOf,
  NONE,
  read,
  sha256Of,
  streamedBody,
  write,
} from "../../contract/steps.ts";
import { atRequest, type Fault, FaultyStore, unreachable } from "../../support/faulty_store.ts";

/** A store with faults by request number, behind retries whose pauses are noted, not waited for. */
function setUp(faults: Record<number, Fault> | ((n: number) => Fault | null)) {
  const inner = new MemoryStore({ clock: systemClock });
  const decide = typeof faults === "function"
    ? ({ number }: { number: number }) => faults(number)
    : atRequest(faults);
  const faulty = new FaultyStore(inner, decide);
  const pauses: number[] = [];
  const clock: Clock = {
    ...systemClock,
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  };
  return {
    inner,
    faulty,
    pauses,
    store: new RetryingStore(faulty, { clock, random: seededRandom(1) }),
  };
}

const down: Fault = { kind: "throw", error: unreachable() };

Deno.test("RetryingStore repeats reads that met a passing fault", async () => {
  const { store, inner, pauses } = setUp({ 1: down, 2: down, 4: down });
  await write(inner, "k", "1");
  assert.equal((await store.head("k"))?.size, 1);
  assert.equal(await read(store, "k"), "1");
  assert.equal(pauses.length, 3);
});

Deno.test("RetryingStore gives up after five attempts, with growing limits of its pauses", async () => {
  const { store, faulty, pauses } = setUp(() => down);
  await assert.rejects(store.head("k"), (error) => error instanceof StoreError && error.passing);
  assert.equal(faulty.requests.length, 5);
  assert.ok(pauses.every((ms, at) => ms <= 200 * 2 ** at), `${pauses}`);
});

Deno.test("RetryingStore does not repeat what no repetition helps", async () => {
  const denied = new StoreError("denied", "no");
  const { store, faulty } = setUp(() => ({ kind: "throw", error: denied }));
  await assert.rejects(store.put("k", bytes("1"), NONE), (error) => error === denied);
  assert.equal(faulty.requests.length, 1);
});

Deno.test("RetryingStore sends unclear puts and deletes again", async () => {
  const { store, inner } = setUp({ 1: { kind: "lose-request" }, 3: { kind: "lose-request" } });
  assert.equal((await store.put("k", bytes("1"), NONE)).kind, "written");
  assert.equal(await read(inner, "k"), "1");
  assert.equal((await store.delete("k")).kind, "deleted");
  assert.equal(await inner.head("k"), null);
});

Deno.test("RetryingStore never repeats a write that has a deadline", async () => {
  const notAfter = (systemClock.now() + 60_000) as StoreTime;
  for (const fault of [{ kind: "lose-reply" }, { kind: "lose-request" }, down] as Fault[]) {
    const { store, faulty } = setUp(() => fault);
    const put = store.put("k", bytes("1"), NONE, { notAfter });
    if (fault === down) await assert.rejects(put, StoreError);
    else assert.deepEqual(await put, { kind: "unclear" });
    const deleted = store.delete("k", { notAfter });
    if (fault === down) await assert.rejects(deleted, StoreError);
    else assert.deepEqual(await deleted, { kind: "unclear" });
    assert.equal(faulty.requests.length, 2);
  }
});

Deno.test("RetryingStore does not take its own lost success for another's", async () => {
  const { store } = setUp({ 1: { kind: "lose-reply" } });
  assert.deepEqual(await store.put("k", bytes("1"), ABSENT), { kind: "unclear" });
  const clear = setUp({});
  await write(clear.inner, "k", "0");
  assert.deepEqual(await clear.store.put("k", bytes("1"), ABSENT), { kind: "conflict" });
});

Deno.test("RetryingStore goes on where a download broke off", async () => {
  const { store, inner, faulty } = setUp({
    1: { kind: "break-body", after: 100_000 },
    2: down,
    3: { kind: "break-body", after: 1 },
  });
  const body = streamedBody(300_000, 3);
  await inner.put("k", body, NONE);
  assert.equal(await sha256Of((await store.get("k"))!.body), body.sha256);
  assert.equal(faulty.requests.length, 4);
});

Deno.test("RetryingStore goes on inside a range", async () => {
  const { store, inner } = setUp({ 1: { kind: "break-body", after: 3 } });
  await write(inner, "k", "0123456789");
  const object = (await store.get("k", { range: { first: 2, last: 8 } }))!;
  assert.equal(await new Response(object.body).text(), "2345678");
});

Deno.test("RetryingStore fails a download whose object was replaced, and mixes nothing", async () => {
  const { store, inner } = setUp({ 1: { kind: "break-body", after: 3 } });
  await write(inner, "k", "0123456789");
  const object = (await store.get("k"))!;
  await write(inner, "k", "abcdefghij");
  await assert.rejects(new Response(object.body).text(), /was replaced meanwhile/);
});

Deno.test("RetryingStore goes on behind the last page of a list", async () => {
  const { store, inner } = setUp({ 1: down, 3: down, 4: down });
  const keys = ["a", "b", "c", "d", "e"];
  for (const key of keys) await write(inner, key, "");
  assert.deepEqual(await keysOf(store, "", { pageSize: 2 }), keys);
});

Deno.test("RetryingStore yields no second, empty page after a list broke at its end", async () => {
  const { store, inner } = setUp({ 2: down });
  await write(inner, "a", "");
  const pages = await Array.fromAsync(store.list(""));
  assert.deepEqual(pages.map((page) => page.objects.length), [1]);
});

Deno.test("RetryingStore stops pausing when its signal aborts", async () => {
  const faulty = new FaultyStore(new MemoryStore({ clock: systemClock }), () => down);
  const stop = new AbortController();
  const clock: Clock = {
    ...systemClock,
    sleep: (_, signal) => {
      stop.abort(new Error("lease lost"));
      return systemClock.sleep(1, signal);
    },
  };
  const store = new RetryingStore(faulty, { clock, random: seededRandom(1) });
  await assert.rejects(store.head("k", stop.signal), /lease lost/);
  assert.equal(faulty.requests.length, 1);
});
