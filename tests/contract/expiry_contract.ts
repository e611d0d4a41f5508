import assert from "node:assert/strict";
import type { StoreTime } from "../../src/store/object_store.ts";
import { ABSENT, bytes, NONE, read, timeOf, unchanged, write } from "./steps.ts";
import type { Case } from "./object_store_contract.ts";

/** Writes with `notAfter`: in time they work, late they change nothing. */
export function expiryContract(test: Case): void {
  test("does expiring puts and deletes that are in time", async (store) => {
    const notAfter = ((await timeOf(store)) + 60_000) as StoreTime;
    const metadata = { tags: "é %" };
    const created = await store.put("k", bytes("1"), ABSENT, { notAfter, metadata });
    assert.equal(created.kind, "written");
    assert.deepEqual((await store.head("k"))?.metadata, metadata);
    if (created.kind !== "written") return;
    const swapped = await store.put("k", bytes("2"), unchanged(created.version), { notAfter });
    assert.equal(swapped.kind, "written");
    assert.equal(await read(store, "k"), "2");
    assert.equal((await store.delete("k", { notAfter })).kind, "deleted");
    assert.equal(await store.head("k"), null);
    assert.equal((await store.delete("k", { notAfter })).kind, "deleted");
  });

  test("keeps preconditions of expiring puts", async (store) => {
    const notAfter = ((await timeOf(store)) + 60_000) as StoreTime;
    const version = await write(store, "k", "1");
    await write(store, "k", "2");
    assert.equal((await store.put("k", bytes("x"), ABSENT, { notAfter })).kind, "conflict");
    const stale = await store.put("k", bytes("x"), unchanged(version), { notAfter });
    assert.equal(stale.kind, "conflict");
    const gone = await store.put("none", bytes("x"), unchanged(version), { notAfter });
    assert.equal(gone.kind, "conflict");
    assert.equal(await read(store, "k"), "2");
  });

  test("takes odd keys and empty bodies in expiring writes", async (store) => {
    const notAfter = ((await timeOf(store)) + 60_000) as StoreTime;
    for (const key of ["a b/ü 🎲+&=?#'(1)*", "100%/50%25"]) {
      assert.equal((await store.put(key, bytes(""), ABSENT, { notAfter })).kind, "written");
      assert.equal((await store.head(key))?.size, 0);
      assert.equal((await store.delete(key, { notAfter })).kind, "deleted");
      assert.equal(await store.head(key), null);
    }
  });

  for (const [name, lateMs] of [["2 s", 2_000], ["an hour", 3_600_000]] as const) {
    test(`refuses a put that is ${name} late, and changes nothing`, async (store) => {
      const notAfter = ((await timeOf(store)) - lateMs) as StoreTime;
      const version = await write(store, "k", "old");
      assert.equal((await store.put("k", bytes("x"), NONE, { notAfter })).kind, "expired");
      const swap = await store.put("k", bytes("x"), unchanged(version), { notAfter });
      assert.equal(swap.kind, "expired");
      assert.equal((await store.put("new", bytes("x"), ABSENT, { notAfter })).kind, "expired");
      assert.equal(await read(store, "k"), "old");
      assert.equal(await store.head("new"), null);
    });

    test(`refuses a delete that is ${name} late, and changes nothing`, async (store) => {
      const notAfter = ((await timeOf(store)) - lateMs) as StoreTime;
      await write(store, "k", "old");
      assert.equal((await store.delete("k", { notAfter })).kind, "expired");
      assert.equal(await read(store, "k"), "old");
    });
  }
}
