import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { BlobForgeError } from "../../../src/base/errors.ts";
import { fileFault } from "../../../src/store/file_errors.ts";
import { FileLocks } from "../../../src/store/file_locks.ts";
import { FileStore } from "../../../src/store/file_store.ts";
import type { StoreTime } from "../../../src/store/object_store.ts";
import { StoreError } from "../../../src/store/store_error.ts";
import {
  ABSENT,
  bytes,
  keysOf,
  NONE,
  read,
  streamedBody,
  unchanged,
  write,
} from "../../contract/steps.ts";
import { objectStoreContract } from "../../contract/object_store_contract.ts";

objectStoreContract("file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-store-" });
  const store = await FileStore.open(folder, { clock: systemClock });
  return { store, dispose: () => Deno.remove(folder, { recursive: true }) };
});

/** A test with a folder of its own that is removed at the end. */
function test(claim: string, run: (folder: string) => Promise<void>): void {
  Deno.test(`FileStore ${claim}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "blobforge-store-" });
    try {
      await run(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const open = (folder: string) => FileStore.open(folder, { clock: systemClock });
const filesIn = (folder: string) => Array.from(Deno.readDirSync(folder)).map((one) => one.name);

test("makes a folder that is missing, and says where it is", async (folder) => {
  const store = await open(join(folder, "new/store"));
  await write(store, "k", "1");
  assert.match(store.url, /^file:\/\/\/.*\/new\/store$/);
});

test("refuses a path that is a file", async (folder) => {
  await Deno.writeTextFile(join(folder, "file"), "");
  for (const path of ["file", "file/below"]) {
    await assert.rejects(
      open(join(folder, path)),
      (error) => error instanceof BlobForgeError && /is a file, not a folder/.test(error.message),
    );
  }
});

test("keeps bodies as plain files under their keys", async (folder) => {
  const store = await open(folder);
  await write(store, "store/raw/ab.pdf", "%PDF", { metadata: { tags: "[]" } });
  assert.equal(await Deno.readTextFile(join(folder, "store/raw/ab.pdf")), "%PDF");
});

test("lets no key out of its folder, nor into its own files", async (folder) => {
  const inside = join(folder, "a/b");
  const store = await open(inside);
  const keys = [
    "../../out",
    "z/..",
    "/etc/x",
    "x/../../y",
    ".blobforge/locks/00",
    "a//b",
    "e/",
    ".",
  ];
  for (const key of keys) await write(store, key, key);
  for (const key of keys) assert.equal(await read(store, key), key);
  assert.deepEqual((await keysOf(store, "")).sort(), [...keys].sort());
  assert.deepEqual(filesIn(folder), ["a"]);
  assert.deepEqual(filesIn(join(folder, "a")), ["b"]);
});

test("ignores files that are none of its objects", async (folder) => {
  const store = await open(folder);
  await write(store, "a", "1");
  for (const name of [".DS_Store", "50%", "x%2e", "bad%zz"]) {
    await Deno.writeTextFile(join(folder, name), "");
  }
  assert.deepEqual(await keysOf(store, ""), ["a"]);
});

test("refuses what a file system cannot hold, and says why", async (folder) => {
  const store = await open(folder);
  await write(store, "a", "1");
  await write(store, "d/e", "1");
  const unsupported = (error: unknown) =>
    error instanceof StoreError && error.fault === "unsupported";
  await assert.rejects(store.put("a/b", bytes("2"), NONE), unsupported);
  await assert.rejects(store.put("d", bytes("2"), NONE), unsupported);
  await assert.rejects(store.put("x".repeat(300), bytes("2"), NONE), unsupported);
  assert.equal(await read(store, "a"), "1");
  assert.deepEqual(filesIn(join(folder, ".blobforge/tmp")), []);
});

test("gives each write a version of its own, also for equal bodies", async (folder) => {
  const store = await open(folder);
  const versions = new Set<string>();
  for (let i = 0; i < 30; i++) versions.add(await write(store, "k", "same"));
  assert.equal(versions.size, 30);
});

test("leaves nothing behind: no side files, no empty folders, no temporary files", async (folder) => {
  const store = await open(folder);
  await write(store, "a/b/c", "1", { metadata: { tags: "x" } });
  await write(store, "a/b/c", "2", { metadata: { tags: "y" } });
  const meta = Array.from(Deno.readDirSync(join(folder, ".blobforge/meta")));
  assert.equal(meta.length, 1);
  await store.delete("a/b/c");
  assert.deepEqual(filesIn(folder), [".blobforge"]);
  assert.deepEqual(filesIn(join(folder, ".blobforge/tmp")), []);
});

test("pairs no body with metadata that a crashed write left", async (folder) => {
  const store = await open(folder);
  await write(store, "k", "1");
  // Side files are written before their body: as if the process had died in between.
  const { version } = (await store.head("k"))!;
  await write(store, "k", "2", { metadata: { tags: "of 2" } });
  const [side] = sideFiles(folder);
  await write(store, "k", "3");
  await Deno.mkdir(join(side!, ".."), { recursive: true });
  await Deno.writeTextFile(side!, JSON.stringify({ key: "k", metadata: { tags: "of 2" } }));
  assert.deepEqual((await store.head("k"))?.metadata, {});
  assert.equal((await store.put("k", bytes("4"), unchanged(version))).kind, "conflict");
  await write(store, "k", "5");
  assert.deepEqual(sideFiles(folder), [], "the next write clears up");
});

test("judges a deadline after it waited for its lock", async (folder) => {
  let now = 1_000;
  const store = await FileStore.open(folder, { clock: { ...systemClock, now: () => now } });
  const locks = new FileLocks(folder);
  const free = Promise.withResolvers<void>();
  const held = locks.withKey("k", undefined, () => free.promise);
  const late = store.put("k", bytes("1"), ABSENT, { notAfter: 2_000 as StoreTime });
  const gone = store.delete("k", { notAfter: 2_000 as StoreTime });
  now = 3_000;
  free.resolve();
  await held;
  assert.deepEqual([await late, await gone], [{ kind: "expired" }, { kind: "expired" }]);
  assert.equal(await store.head("k"), null);
});

test("lets nobody replace a lease while a judged write has not been made", async (folder) => {
  const store = await open(folder);
  const version = await write(store, "lease", "1");
  const locks = new FileLocks(folder);
  // As a process that was stopped between its judgement and its write: it holds the fence.
  const file = Deno.openSync(join(folder, ".blobforge/locks/fence"), { write: true, create: true });
  await file.lock(false);
  let done = false;
  const swap = store.put("lease", bytes("2"), unchanged(version)).then((result) => {
    done = true;
    return result;
  });
  await locks.withKey("other", undefined, () => Promise.resolve());
  await write(store, "other", "an unconditional write does not wait");
  assert.equal(done, false);
  file.close();
  assert.equal((await swap).kind, "written");
});

test("lets a caller go that waits for a lock when its signal aborts", async (folder) => {
  const store = await open(folder);
  const locks = new FileLocks(folder);
  const free = Promise.withResolvers<void>();
  const held = locks.withKey("k", undefined, () => free.promise);
  const stop = new AbortController();
  const waiting = store.put("k", bytes("1"), NONE, { signal: stop.signal });
  stop.abort(new Error("lease lost"));
  await assert.rejects(waiting, /lease lost/);
  free.resolve();
  await held;
  assert.equal(await store.head("k"), null);
  assert.equal((await store.put("k", bytes("2"), NONE)).kind, "written");
});

test("reports a source that cannot be read as the source's fault", async (folder) => {
  const store = await open(folder);
  const body = {
    ...streamedBody(10, 1),
    open: () => ReadableStream.from(failing()),
  };
  await assert.rejects(
    store.put("k", body, NONE),
    (error) => error instanceof StoreError && error.fault === "body-changed",
  );
  assert.equal(await store.head("k"), null);
});

test("puts into a folder that deletes of other keys keep emptying", async (folder) => {
  const store = await open(folder);
  const turns = ["a", "b", "c", "d"].map(async (name) => {
    for (let round = 0; round < 150; round++) {
      const put = await store.put(`queue/processing/${name}`, bytes("x"), { kind: "absent" });
      assert.equal(put.kind, "written");
      await store.delete(`queue/processing/${name}`);
    }
  });
  await Promise.all(turns);
});

Deno.test({
  name: "FileStore tells a full disk (a real ENOSPC of /dev/full)",
  ignore: Deno.build.os !== "linux",
  fn() {
    assert.throws(() => Deno.writeFileSync("/dev/full", bytes("x")), (error) => {
      const fault = fileFault("store x", error);
      return fault instanceof StoreError && fault.fault === "no-space" && !fault.passing;
    });
  },
});

function sideFiles(folder: string): string[] {
  const meta = join(folder, ".blobforge/meta");
  return filesIn(meta).flatMap((first) =>
    filesIn(join(meta, first)).flatMap((second) =>
      filesIn(join(meta, first, second)).map((name) => join(meta, first, second, name))
    )
  );
}

// deno-lint-ignore require-yield
async function* failing(): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  throw new Deno.errors.NotFound("no such file");
}
