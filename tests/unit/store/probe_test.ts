import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { FileStore } from "../../../src/store/file_store.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import type {
  Body,
  DeleteResult,
  Limits,
  ListOptions,
  Page,
  Precondition,
  PutOptions,
  PutResult,
  Stat,
  StoreTime,
} from "../../../src/store/object_store.ts";
import { type CheckName, probeStore } from "../../../src/store/probe.ts";
import { StoreError } from "../../../src/store/store_error.ts";
import { keysOf, NONE } from "../../contract/steps.ts";
import { FaultyStore } from "../../support/faulty_store.ts";

const random = () => seededRandom(1);
const memory = { clock: systemClock };

async function problemsOf(store: MemoryStore): Promise<CheckName[]> {
  const findings = await probeStore(store, { random: random() });
  assert.equal(findings.length, 9);
  assert.deepEqual(await keysOf(store, ""), [], "it cleans up");
  return findings.filter((finding) => !finding.ok).map((finding) => finding.check);
}

Deno.test("probeStore() finds nothing wrong with the memory and the file store", async () => {
  assert.deepEqual(await problemsOf(new MemoryStore(memory)), []);
  const folder = await Deno.makeTempDir({ prefix: "blobforge-store-" });
  try {
    const store = await FileStore.open(folder, memory);
    const findings = await probeStore(store, { random: random(), racers: 64 });
    assert.deepEqual(findings.filter((finding) => !finding.ok), []);
    assert.deepEqual(await keysOf(store, ""), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

class NoConditions extends MemoryStore {
  override put(key: string, body: Uint8Array | Body, _: Precondition, options?: PutOptions) {
    return super.put(key, body, NONE, options);
  }
}

class NoCompareAndSwap extends MemoryStore {
  override put(key: string, body: Uint8Array | Body, when: Precondition, options?: PutOptions) {
    return super.put(key, body, when.kind === "unchanged" ? NONE : when, options);
  }
}

class NoExpiry extends MemoryStore {
  override put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    { notAfter: _, ...options }: PutOptions = {},
  ): Promise<PutResult> {
    return super.put(key, body, when, options);
  }
  override delete(key: string, { notAfter: _, ...rest }: Limits = {}): Promise<DeleteResult> {
    return super.delete(key, rest);
  }
}

class PathOrder extends MemoryStore {
  override async *list(prefix: string, options?: ListOptions): AsyncIterable<Page> {
    for await (const page of super.list(prefix, { ...options, pageSize: 1000 })) {
      yield { ...page, objects: page.objects.toReversed() };
    }
  }
}

class TwoClocks extends MemoryStore {
  override async *list(prefix: string, options?: ListOptions): AsyncIterable<Page> {
    for await (const page of super.list(prefix, options)) {
      yield { ...page, at: (page.at + 90_000) as StoreTime };
    }
  }
}

class NoMetadata extends MemoryStore {
  override async head(key: string, signal?: AbortSignal): Promise<Stat | null> {
    const stat = await super.head(key, signal);
    return stat && { ...stat, metadata: {} };
  }
}

class LateDeletes extends MemoryStore {
  override delete(): Promise<DeleteResult> {
    return Promise.resolve({ kind: "deleted" });
  }
}

for (
  const [make, expected] of [
    [NoConditions, ["create-race", "swap-race", "stale-swap"]],
    [NoCompareAndSwap, ["swap-race", "stale-swap"]],
    [NoExpiry, ["expired-put", "expired-delete"]],
    [PathOrder, ["list-order"]],
    [TwoClocks, ["clock"]],
    [NoMetadata, ["metadata"]],
  ] as [new (options: typeof memory) => MemoryStore, CheckName[]][]
) {
  Deno.test(`probeStore() finds out a store that is like ${make.name}`, async () => {
    assert.deepEqual(await problemsOf(new make(memory)), expected);
  });
}

Deno.test("probeStore() finds out a store whose deletes do nothing", async () => {
  const findings = await probeStore(new LateDeletes(memory), { random: random() });
  const problems = findings.filter((finding) => !finding.ok).map((finding) => finding.check);
  assert.deepEqual(problems, ["expired-delete", "delete"]);
});

Deno.test("probeStore() makes a finding of what a store does not implement", async () => {
  const lacking = new StoreError("unsupported", "Cannot store: 501 NotImplemented");
  const store = new FaultyStore(
    new MemoryStore(memory),
    ({ notAfter }) => notAfter === undefined ? null : { kind: "throw", error: lacking },
  );
  const findings = await probeStore(store, { random: random() });
  const bad = findings.filter((finding) => !finding.ok);
  assert.deepEqual(bad.map((finding) => finding.check), ["expired-put", "expired-delete"]);
  assert.match(bad[0]!.detail, /NotImplemented/);
});

Deno.test("probeStore() throws when the store cannot be used at all", async () => {
  const denied = new StoreError("denied", "no");
  const store = new FaultyStore(
    new MemoryStore(memory),
    () => ({ kind: "throw", error: denied }),
  );
  await assert.rejects(probeStore(store, { random: random() }), (error) => error === denied);
});
