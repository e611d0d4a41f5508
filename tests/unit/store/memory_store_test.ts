import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import type { StoreTime } from "../../../src/store/object_store.ts";
import { bytes, NONE, streamedBody, write } from "../../contract/steps.ts";
import { objectStoreContract } from "../../contract/object_store_contract.ts";

objectStoreContract("memory", () => {
  const store = new MemoryStore({ clock: systemClock });
  return Promise.resolve({ store, dispose: () => store.close() });
});

objectStoreContract("memory (whole seconds)", () => {
  const store = new MemoryStore({ clock: systemClock, resolutionMs: 1000 });
  return Promise.resolve({ store, dispose: () => store.close() });
});

Deno.test("MemoryStore gives equal bodies equal versions, as S3 does", async () => {
  const store = new MemoryStore({ clock: systemClock });
  const first = await write(store, "a", "same");
  await write(store, "a", "other");
  assert.equal(await write(store, "a", "same"), first);
  assert.equal(await write(store, "b", "same"), first);
});

Deno.test("MemoryStore judges expiry when the body has come, not when the put began", async () => {
  let now = 1_000;
  const store = new MemoryStore({ clock: { ...systemClock, now: () => now } });
  const body = streamedBody(10, 1);
  const slow = {
    ...body,
    open: () => {
      now = 5_000;
      return body.open();
    },
  };
  const result = await store.put("k", slow, NONE, { notAfter: 2_000 as StoreTime });
  assert.equal(result.kind, "expired");
  assert.equal(await store.head("k"), null);
});

Deno.test("MemoryStore keeps its own copy of what it is given and gives", async () => {
  const store = new MemoryStore({ clock: systemClock });
  const given = bytes("abc");
  await store.put("k", given, NONE);
  given[0] = 0;
  const taken = new Uint8Array(await new Response((await store.get("k"))!.body).arrayBuffer());
  assert.deepEqual(taken, bytes("abc"));
});
