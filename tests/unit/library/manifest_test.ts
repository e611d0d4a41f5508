import assert from "node:assert/strict";
import { chooseMerge, sweepSegments } from "../../../src/library/compact.ts";
import type { SegmentRef } from "../../../src/library/manifest_root.ts";
import { MANIFEST, MANIFEST_SEGMENTS } from "../../../src/queue/layout.ts";
import { readJson } from "../../../src/store/json_register.ts";
import type { ObjectStore } from "../../../src/store/object_store.ts";
import { interceptPuts } from "../../support/intercepted_store.ts";
import { entries, entry, hashOf, libraryOn, memory } from "./workbench.ts";

const rootOf = async (store: ObjectStore) => (await readJson(store, MANIFEST))!.json;

async function segmentKeys(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of store.list(MANIFEST_SEGMENTS)) {
    keys.push(...page.objects.map(({ key }) => key));
  }
  return keys;
}

Deno.test("a small manifest looks exactly as the original's", async () => {
  const { manifest, store } = libraryOn(memory());
  await manifest.add([entry(1)]);
  const { updated_at, ...root } = await rootOf(store);
  assert.match(String(updated_at), /^\d{4}-/);
  assert.deepEqual(root, {
    version: 1,
    entries: {
      [hashOf("file 1")]: {
        paths: ["dir/file-1.pdf"],
        size: 101,
        tags: ["dir", "file-1"],
        ingested_at: "2023-11-14T22:13:21.000Z",
        source: "lib",
      },
    },
  });
});

Deno.test("adding merges paths and tags, keeps all else, and is harmless twice", async () => {
  const { manifest, store } = libraryOn(memory());
  const hash = hashOf("file 1");
  const before = {
    version: 1,
    mine: "kept",
    entries: {
      [hash]: { paths: ["old.pdf"], size: 7, tags: ["x"], ingested_at: "t", source: "s", note: 1 },
    },
  };
  await store.put(MANIFEST, new TextEncoder().encode(JSON.stringify(before)), { kind: "none" });
  await manifest.add([entry(1)]);
  await manifest.add([entry(1)]);
  const root = await rootOf(store);
  assert.equal(root.mine, "kept");
  assert.deepEqual((root.entries as Record<string, unknown>)[hash], {
    paths: ["old.pdf", "dir/file-1.pdf"],
    size: 7,
    tags: ["x", "dir", "file-1"],
    ingested_at: "t",
    source: "s",
    note: 1,
  });
  assert.equal(store.snapshot().by.put.written, 2);
});

Deno.test("entries of other programs that lack fields, or are none, do no harm", async () => {
  const { manifest, store } = libraryOn(memory());
  const [a, b] = [hashOf("file 1"), hashOf("file 2")];
  const root = {
    entries: { [a]: null, [b]: { paths: "x", tags: [1, "t"] }, rubbish: {} },
    segments: 7,
    removed: [],
  };
  await store.put(MANIFEST, new TextEncoder().encode(JSON.stringify(root)), { kind: "none" });
  await manifest.add([entry(1)]);
  const catalogue = await manifest.load();
  assert.equal(catalogue.size, 2);
  assert.deepEqual(catalogue.get(a)?.paths, ["dir/file-1.pdf"]);
  assert.deepEqual(catalogue.get(b)?.tags, ["t"]);
});

Deno.test("a manifest that is no JSON is an error that names it, and stays as it is", async () => {
  const { manifest, store } = libraryOn(memory());
  await store.put(MANIFEST, new TextEncoder().encode("{oops"), { kind: "none" });
  await assert.rejects(manifest.add([entry(1)]), /registry\/manifest.json.*not a JSON object/);
  await assert.rejects(manifest.load(), /registry\/manifest.json/);
});

Deno.test("beyond the limit the oldest entries move into segments, and nothing is lost", async () => {
  const { manifest, store } = libraryOn(memory(), { rootLimit: 10 });
  for (let at = 0; at < 60; at += 6) await manifest.add(entries(at, at + 6));
  const root = await rootOf(store);
  assert.ok(Object.keys(root.entries as object).length <= 10);
  assert.ok(
    Object.hasOwn(root.entries as object, hashOf("file 59")),
    "the newest stand in the root",
  );
  const catalogue = await manifest.load();
  assert.equal(catalogue.size, 60);
  for (const { hash, path } of entries(0, 60)) {
    assert.deepEqual(catalogue.get(hash)?.paths, [path]);
    assert.deepEqual((await manifest.find(hash))?.paths, [path]);
  }
});

Deno.test("an entry in a segment grows through the root, and both are read as one", async () => {
  const { manifest } = libraryOn(memory(), { rootLimit: 4 });
  await manifest.add(entries(0, 8));
  await manifest.add([entry(0, { path: "new.pdf", tags: ["new"], ingestedAt: "2099-01-01" })]);
  const found = await manifest.find(hashOf("file 0"));
  assert.deepEqual(found?.paths.sort(), ["dir/file-0.pdf", "new.pdf"]);
  assert.deepEqual(found?.tags.sort(), ["dir", "file-0", "new"]);
});

Deno.test("a removed entry stays away through segments and merges, and can come back", async () => {
  const { manifest, store } = libraryOn(memory(), { rootLimit: 4, mergeAt: 3 });
  await manifest.add(entries(0, 8));
  const hash = hashOf("file 0");
  await manifest.remove(hash);
  await manifest.remove(hash);
  assert.equal(await manifest.find(hash), null);
  for (let at = 8; at < 60; at += 4) await manifest.add(entries(at, at + 4));
  assert.equal(await manifest.find(hash), null);
  assert.equal((await manifest.load()).size, 59);
  await manifest.add([entry(0, { path: "back.pdf" })]);
  for (let at = 60; at < 90; at += 4) await manifest.add(entries(at, at + 4));
  assert.deepEqual((await manifest.find(hash))?.paths, ["back.pdf"]);
  assert.equal((await rootOf(store)).version, 1);
});

Deno.test("removing from a manifest without segments leaves no trace, and nothing is written for the unknown", async () => {
  const { manifest, store } = libraryOn(memory());
  await manifest.add(entries(0, 2));
  await manifest.remove(hashOf("file 0"));
  await manifest.remove(hashOf("never seen"));
  assert.deepEqual(Object.keys(await rootOf(store)).sort(), ["entries", "updated_at", "version"]);
  assert.equal((await manifest.load()).size, 1);
  assert.equal(store.snapshot().by.put.written, 2);
});

Deno.test("segments are merged, so their number grows slowly", async () => {
  const { manifest, store } = libraryOn(memory(), { rootLimit: 4, mergeAt: 3 });
  for (let at = 0; at < 200; at += 4) await manifest.add(entries(at, at + 4));
  const segments = (await rootOf(store)).segments as SegmentRef[];
  assert.ok(segments.length <= 12, `${segments.length} segments`);
  assert.equal((await manifest.load()).size, 200);
});

Deno.test("many writers at once lose nothing, whatever they move and merge", async () => {
  const store = memory();
  const writers = Array.from(
    { length: 4 },
    (_, seed) => libraryOn(store, { rootLimit: 6, mergeAt: 3, seed }),
  );
  await Promise.all(writers.map(async ({ manifest }, at) => {
    for (let n = at * 100; n < at * 100 + 60; n += 3) await manifest.add(entries(n, n + 3));
    for (let n = at * 100; n < at * 100 + 10; n++) await manifest.remove(entry(n).hash);
  }));
  const catalogue = await writers[0]!.manifest.load();
  assert.equal(catalogue.size, 4 * 50);
  for (let at = 0; at < 4; at++) {
    assert.equal(catalogue.has(entry(at * 100).hash), false);
    assert.equal(catalogue.has(entry(at * 100 + 59).hash), true);
  }
});

Deno.test("an entry that is removed while it moves into a segment does not come back", async () => {
  const inner = memory();
  const other = libraryOn(inner, { seed: 2 });
  const meddled = interceptPuts(inner, async (real, ...words) => {
    const result = await real(...words);
    if (words[0].startsWith(MANIFEST_SEGMENTS)) await other.manifest.remove(hashOf("file 0"));
    return result;
  });
  const { manifest } = libraryOn(meddled, { rootLimit: 4 });
  await manifest.add(entries(0, 8));
  assert.equal(await manifest.find(hashOf("file 0")), null);
  assert.equal((await manifest.load()).size, 7);
});

Deno.test("a root write whose answer is lost does not move entries twice", async () => {
  let lose = false;
  const unclear = interceptPuts(memory(), async (real, ...words) => {
    const result = await real(...words);
    if (words[0].startsWith(MANIFEST_SEGMENTS)) lose = true;
    else if (lose) {
      lose = false;
      return { kind: "unclear" };
    }
    return result;
  });
  const { manifest, store } = libraryOn(unclear, { rootLimit: 4 });
  await manifest.add(entries(0, 8));
  assert.equal(((await rootOf(store)).segments as unknown[]).length, 1);
  assert.equal((await manifest.load()).size, 8);
});

Deno.test("sweepSegments() deletes only old segments that the root does not name", async () => {
  const { manifest, store, ...deps } = libraryOn(memory(), { rootLimit: 4, mergeAt: 3 });
  for (let at = 0; at < 60; at += 4) await manifest.add(entries(at, at + 4));
  const all = await segmentKeys(store);
  const named = ((await rootOf(store)).segments as SegmentRef[]).map(({ key }) => key);
  assert.ok(all.length > named.length);
  assert.deepEqual(await sweepSegments({ store, ...deps }), [], "they are young");
  const gone = await sweepSegments({ store, ...deps }, { minAgeMs: -1, dryRun: true });
  assert.deepEqual(gone.sort(), all.filter((key) => !named.includes(key)).sort());
  assert.deepEqual(await segmentKeys(store), all);
  await sweepSegments({ store, ...deps }, { minAgeMs: -1 });
  assert.deepEqual(await segmentKeys(store), [...named].sort());
  assert.equal((await manifest.load()).size, 60);
});

Deno.test("a segment that was swept before the root named it is never named", async () => {
  const inner = memory();
  const sweeper = libraryOn(inner, { seed: 3 });
  let swept = false;
  const meddled = interceptPuts(inner, async (real, ...words) => {
    const result = await real(...words);
    if (words[0].startsWith(MANIFEST_SEGMENTS) && !swept) {
      swept = true;
      assert.equal((await sweepSegments(sweeper, { minAgeMs: -1 })).length, 1);
    }
    return result;
  });
  const { manifest, store } = libraryOn(meddled, { rootLimit: 4 });
  await manifest.add(entries(0, 8));
  assert.equal((await manifest.load()).size, 8);
  await manifest.add(entries(8, 9));
  assert.equal((await manifest.load()).size, 9);
  assert.equal(((await rootOf(store)).segments as unknown[]).length, 1);
});

Deno.test("a missing or damaged segment is an error that names it", async () => {
  const { manifest, store } = libraryOn(memory(), { rootLimit: 4 });
  await manifest.add(entries(0, 8));
  const [key] = await segmentKeys(store);
  await store.put(key!, new TextEncoder().encode("rubbish"), { kind: "none" });
  await assert.rejects(manifest.load(), new RegExp(key!));
  await store.delete(key!);
  await assert.rejects(manifest.load(), /a segment that it names is missing/);
});

Deno.test("chooseMerge() takes segments of one size only", () => {
  const ref = (count: number, at: number): SegmentRef => ({
    key: `${at}`,
    generation: at,
    count,
    size: 1,
    first: "",
    last: "",
  });
  const big = [ref(900, 1), ref(1000, 2)];
  const small = [ref(100, 3), ref(110, 4), ref(120, 5)];
  assert.deepEqual(chooseMerge([...big, ...small], 3), small);
  assert.deepEqual(chooseMerge([...big, ...small.slice(1)], 3), []);
  assert.deepEqual(chooseMerge([], 3), []);
});
