import assert from "node:assert/strict";
import type { PutResult, Version } from "../../src/store/object_store.ts";
import { StoreError } from "../../src/store/store_error.ts";
import {
  ABSENT,
  bytes,
  listAll,
  NONE,
  read,
  sha256Of,
  streamedBody,
  unchanged,
  write,
} from "./steps.ts";
import type { Case } from "./object_store_contract.ts";

/** put: preconditions, races, checked bodies. delete. */
export function writeContract(test: Case): void {
  test("gives back what was put, with size, version and metadata", async (store) => {
    const metadata = { "original-name": "a.pdf", "tags": "[]" };
    const version = await write(store, "store/raw/a.pdf", "hello", { metadata });
    const stat = await store.head("store/raw/a.pdf");
    assert.deepEqual(
      { ...stat, writtenAt: 0 },
      { version, size: 5, metadata, writtenAt: 0 },
    );
    assert.equal(await read(store, "store/raw/a.pdf"), "hello");
  });

  test("keeps empty bodies", async (store) => {
    await write(store, "queue/todo/3_normal/a", "");
    assert.equal((await store.head("queue/todo/3_normal/a"))?.size, 0);
    assert.equal(await read(store, "queue/todo/3_normal/a"), "");
  });

  test("creates with `absent` only what is not there", async (store) => {
    assert.equal((await store.put("k", bytes("1"), ABSENT)).kind, "written");
    assert.equal((await store.put("k", bytes("2"), ABSENT)).kind, "conflict");
    assert.equal(await read(store, "k"), "1");
  });

  test("replaces with `unchanged` only the version named", async (store) => {
    const first = await write(store, "k", "1");
    const second = await store.put("k", bytes("2"), unchanged(first));
    assert.equal(second.kind, "written");
    assert.equal((await store.put("k", bytes("3"), unchanged(first))).kind, "conflict");
    assert.equal(await read(store, "k"), "2");
    assert.equal((await store.head("k"))?.version, (second as { version: Version }).version);
  });

  test("answers `conflict` to `unchanged` on a key that is not there", async (store) => {
    const version = await write(store, "other", "1");
    assert.equal((await store.put("k", bytes("2"), unchanged(version))).kind, "conflict");
    assert.equal(await store.head("k"), null);
  });

  test("takes a version from put, head, get and list alike", async (store) => {
    let version = await write(store, "k", "0");
    const sources = [
      async () => (await store.head("k"))!.version,
      async () => {
        const object = (await store.get("k"))!;
        await object.body.cancel();
        return object.version;
      },
      async () => (await listAll(store, "k"))[0]!.version,
    ];
    for (const [at, source] of sources.entries()) {
      assert.equal(await source(), version);
      const put = await store.put("k", bytes(`${at + 1}`), unchanged(await source()));
      assert.equal(put.kind, "written");
      version = (put as { version: Version }).version;
    }
  });

  test("lets exactly one of 32 racing creates win", async (store) => {
    const bodies = Array.from({ length: 32 }, (_, i) => `racer ${i}`);
    const results = await Promise.all(bodies.map((body) => store.put("k", bytes(body), ABSENT)));
    assertOneWinner(results, await read(store, "k"), bodies);
  });

  test("lets exactly one of 32 racing compare-and-swaps win", async (store) => {
    const version = await write(store, "k", "start");
    const bodies = Array.from({ length: 32 }, (_, i) => `racer ${i}`);
    const results = await Promise.all(
      bodies.map((body) => store.put("k", bytes(body), unchanged(version))),
    );
    assertOneWinner(results, await read(store, "k"), bodies);
  });

  test("changes the version with the content, and writtenAt never goes back", async (store) => {
    const first = await write(store, "k", "1");
    const before = (await store.head("k"))!;
    const second = await write(store, "k", "2");
    const after = (await store.head("k"))!;
    assert.notEqual(first, second);
    assert.ok(after.writtenAt >= before.writtenAt);
  });

  test("drops the metadata of what it overwrites", async (store) => {
    await write(store, "k", "1", { metadata: { tags: "old" } });
    await write(store, "k", "2");
    assert.deepEqual((await store.head("k"))?.metadata, {});
  });

  test("streams 8 MB in and out unchanged", async (store) => {
    const body = streamedBody(8_000_001, 7);
    assert.equal((await store.put("big", body, ABSENT)).kind, "written");
    const object = (await store.get("big"))!;
    assert.equal(object.size, body.size);
    assert.equal(await sha256Of(object.body), body.sha256);
  });

  for (
    const [what, lie] of [
      ["has another SHA-256", { sha256: "0".repeat(64) }],
      ["is shorter than announced", { size: 200_001 }],
      ["is longer than announced", { size: 199_999 }],
    ] as const
  ) {
    test(`never stores a body that ${what}`, async (store) => {
      const body = { ...streamedBody(200_000, 1), ...lie };
      await assert.rejects(
        store.put("k", body, NONE),
        (error) => error instanceof StoreError && error.fault === "body-changed",
      );
      assert.equal(await store.head("k"), null);
      await write(store, "k", "old");
      await assert.rejects(store.put("k", body, NONE), StoreError);
      assert.equal(await read(store, "k"), "old");
    });
  }

  test("deletes what is there, and nothing without complaint", async (store) => {
    await write(store, "k", "1");
    assert.equal((await store.delete("k")).kind, "deleted");
    assert.equal(await store.head("k"), null);
    assert.equal((await store.delete("k")).kind, "deleted");
    assert.equal((await store.put("k", bytes("2"), ABSENT)).kind, "written");
  });

  test("does nothing when its signal has aborted", async (store) => {
    const signal = AbortSignal.abort(new Error("lease lost"));
    await assert.rejects(store.put("k", bytes("1"), NONE, { signal }), /lease lost/);
    await assert.rejects(store.delete("k", { signal }), /lease lost/);
    await assert.rejects(store.get("k", { signal }), /lease lost/);
    await assert.rejects(store.head("k", signal), /lease lost/);
    await assert.rejects(listAll(store, "", { signal }), /lease lost/);
    assert.equal(await store.head("k"), null);
  });

  test("refuses keys that no store takes", async (store) => {
    for (const key of ["", "a\0b", "\ud800", "x".repeat(1025)]) {
      await assert.rejects(store.put(key, bytes("1"), NONE), /Cannot use the key/);
      await assert.rejects(store.get(key), /Cannot use the key/);
    }
  });

  test("refuses metadata names that HTTP would change", async (store) => {
    await assert.rejects(store.put("k", bytes("1"), NONE, { metadata: { "Tags!": "" } }), /Tags!/);
    assert.equal(await store.head("k"), null);
  });
}

function assertOneWinner(results: PutResult[], stored: string | null, bodies: string[]): void {
  const winners = results.flatMap((result, at) => result.kind === "written" ? [at] : []);
  assert.equal(winners.length, 1, `winners: ${winners}`);
  assert.equal(stored, bodies[winners[0]!]);
  assert.ok(results.every((result) => result.kind === "written" || result.kind === "conflict"));
}
