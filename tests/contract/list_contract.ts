import assert from "node:assert/strict";
import { bytes, keysOf, listAll, NONE, timeOf, write } from "./steps.ts";
import type { Case } from "./object_store_contract.ts";

/** list: order, prefix, startAfter, pages, clocks. */
export function listContract(test: Case): void {
  test("yields one empty page when nothing is there", async (store) => {
    const pages = await Array.fromAsync(store.list("queue/"));
    assert.deepEqual(pages.map((page) => page.objects), [[]]);
  });

  test("lists in bytewise key order across folders", async (store) => {
    const sorted = [
      "a-b",
      "a.b/c",
      "a/b",
      "a/b-c/d",
      "a/b.c",
      "a/c/d/e",
      "a0",
      "aa",
      "aé/x",
      "aé0",
      "a\u{fffd}",
      "a\u{1f3b2}",
    ];
    for (const key of [...sorted].reverse()) await write(store, key, key);
    assert.deepEqual(await keysOf(store, ""), sorted);
    assert.deepEqual(await keysOf(store, "a/"), sorted.slice(2, 6));
    for (const [at, key] of sorted.entries()) {
      assert.deepEqual(await keysOf(store, "", { startAfter: key }), sorted.slice(at + 1));
    }
  });

  test("takes a prefix by its letters, not by folders", async (store) => {
    for (const key of ["q/1_a/x", "q/1_b/y", "q/2/z", "q", "qq"]) {
      if (key !== "q") await write(store, key, "");
    }
    assert.deepEqual(await keysOf(store, "q/1_"), ["q/1_a/x", "q/1_b/y"]);
    assert.deepEqual(await keysOf(store, "q/1_a/x"), ["q/1_a/x"]);
    assert.deepEqual(await keysOf(store, "q/1_a/xx"), []);
    assert.deepEqual(await keysOf(store, "q/1_a/x/"), []);
    assert.deepEqual(await keysOf(store, "nothing/at/all/"), []);
  });

  test("starts after a key that need not exist", async (store) => {
    for (const key of ["p/a", "p/c", "p/e/f"]) await write(store, key, "");
    const after = (startAfter: string) => keysOf(store, "p/", { startAfter });
    assert.deepEqual(await after("p/a"), ["p/c", "p/e/f"]);
    assert.deepEqual(await after("p/b"), ["p/c", "p/e/f"]);
    assert.deepEqual(await after("p/e"), ["p/e/f"]);
    assert.deepEqual(await after("p/e/"), ["p/e/f"]);
    assert.deepEqual(await after("p/e/f"), []);
    assert.deepEqual(await after("o"), ["p/a", "p/c", "p/e/f"], "before the prefix");
    assert.deepEqual(await after("q"), [], "behind the prefix");
  });

  test("cuts pages and goes on without a gap", async (store) => {
    const keys = Array.from({ length: 11 }, (_, i) => `p/${i % 2 ? "x/" : ""}${100 + i}`).sort();
    for (const key of keys) await write(store, key, key);
    for (const pageSize of [1, 3, 10, 11, 12]) {
      const pages = await Array.fromAsync(store.list("p/", { pageSize }));
      assert.ok(pages.every((page) => page.objects.length <= pageSize));
      assert.deepEqual(pages.flatMap((page) => page.objects.map((one) => one.key)), keys);
    }
  });

  test("stops when its reader stops", async (store) => {
    for (const key of ["a", "b", "c"]) await write(store, key, "");
    for await (const page of store.list("", { pageSize: 1 })) {
      assert.deepEqual(page.objects.map((one) => one.key), ["a"]);
      break;
    }
  });

  test("lists size, version and writtenAt as head gives them", async (store) => {
    await write(store, "k", "hello");
    const { metadata: _, ...stat } = (await store.head("k"))!;
    const [listed] = await listAll(store, "k");
    const whole = (ms: number) => Math.floor(ms / 1000);
    assert.equal(whole(listed!.writtenAt), whole(stat.writtenAt), "HEAD is rounded by HTTP");
    assert.deepEqual({ ...listed, writtenAt: 0 }, { key: "k", ...stat, writtenAt: 0 });
  });

  test("sees at once what was written and deleted before", async (store) => {
    for (let i = 0; i < 10; i++) {
      await write(store, `k/${i}`, "");
      assert.equal((await keysOf(store, "k/")).length, i + 1);
    }
    for (let i = 0; i < 10; i++) {
      await store.delete(`k/${i}`);
      assert.equal((await keysOf(store, "k/")).length, 9 - i);
    }
  });

  test("tells its time with each page, and time() is a lower bound of it", async (store) => {
    const before = await timeOf(store);
    await store.put("k", bytes("1"), NONE);
    const [page] = await Array.fromAsync(store.list("k"));
    const after = await timeOf(store);
    // Dates are whole seconds: both ends may be up to one below.
    assert.ok(page!.at + 1000 > before, `page ${page!.at} is before ${before}`);
    assert.ok(after + 1000 > page!.at, `time() ${after} is before the page's ${page!.at}`);
    const age = page!.at - page!.objects[0]!.writtenAt;
    assert.ok(age > -2000 && age < 600_000, `age ${age} ms`);
  });
}
