import assert from "node:assert/strict";
import { read, streamedBody, write } from "./steps.ts";
import type { Case } from "./object_store_contract.ts";

/** head and get: what is missing, ranges, odd names, fresh reads. */
export function readContract(test: Case): void {
  test("answers null for a key that is not there", async (store) => {
    assert.equal(await store.head("queue/todo/none"), null);
    assert.equal(await store.get("queue/todo/none"), null);
    await write(store, "a/b", "1");
    assert.equal(await store.get("a"), null, "a folder is no object");
    assert.equal(await store.get("a/b/c"), null, "an object is no folder");
  });

  test("reads ranges: first to last, first to end, past the end", async (store) => {
    await write(store, "k", "0123456789", { metadata: { tags: "x" } });
    const range = async (first: number, last?: number) => {
      const object = (await store.get("k", { range: { first, last } }))!;
      assert.equal(object.size, 10, "size is that of the whole object");
      assert.deepEqual(object.metadata, { tags: "x" });
      return await new Response(object.body).text();
    };
    assert.equal(await range(2, 4), "234");
    assert.equal(await range(0, 0), "0");
    assert.equal(await range(7), "789");
    assert.equal(await range(8, 100), "89");
    assert.equal(await range(10), "");
  });

  test("reads its own writes, each time", async (store) => {
    for (let i = 0; i < 20; i++) {
      await write(store, "k", `${i}`);
      assert.equal(await read(store, "k"), `${i}`);
    }
  });

  test("keeps Unicode, percent signs and line ends in metadata", async (store) => {
    const metadata = {
      "original-name": "Übung 日本語 🎲.pdf",
      "tags": '["a b","100%","50%25"]',
      "plain": "a+b=c/d&e?f",
      "odd": " lead, trail \r\n%",
      "empty": "",
    };
    await write(store, "k", "1", { metadata });
    assert.deepEqual((await store.head("k"))?.metadata, metadata);
    const object = (await store.get("k"))!;
    await object.body.cancel();
    assert.deepEqual(object.metadata, metadata);
  });

  test("keeps odd keys apart", async (store) => {
    const keys = [
      "Übung/日本語 🎲.pdf",
      "a b/c+d&e=f?g#h",
      "100%/50%25",
      "q'uote\"s/<x>|*:;,@!~$()",
      "back\\slash",
      ".hidden/.dot",
      "...",
      "con/aux.txt.",
    ];
    for (const key of keys) await write(store, key, key);
    for (const key of keys) assert.equal(await read(store, key), key);
    for await (const page of store.list("")) {
      assert.deepEqual(page.objects.map((listed) => listed.key).sort(), [...keys].sort());
    }
  });

  test("lets a reader finish the version it began, or fails, but mixes none", async (store) => {
    const first = streamedBody(3_000_000, 1);
    const second = streamedBody(3_000_000, 2);
    await store.put("k", first, { kind: "none" });
    const object = (await store.get("k"))!;
    await store.put("k", second, { kind: "none" });
    const got = new Uint8Array(await new Response(object.body).arrayBuffer());
    assert.equal(got.length, 3_000_000);
    assert.equal(new Set([(got[0]! - 1) & 0xff]).size, 1);
    assert.equal(got[0], 1, "the body is the one whose version was given");
    assert.equal(got[got.length - 1], lastByteOf(3_000_000, 1));
  });

  test("lets a reader stop early", async (store) => {
    await store.put("k", streamedBody(3_000_000, 1), { kind: "none" });
    const reader = (await store.get("k"))!.body.getReader();
    assert.ok((await reader.read()).value!.length > 0);
    await reader.cancel();
    assert.equal((await store.head("k"))?.size, 3_000_000);
  });
}

function lastByteOf(size: number, seed: number): number {
  const chunk = Math.floor((size - 1) / 65536);
  return (chunk + ((size - 1) % 65536) * 31 + seed) & 0xff;
}
