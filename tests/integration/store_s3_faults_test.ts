import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { StoreTime, Version } from "../../src/store/object_store.ts";
import { openStore } from "../../src/store/open_store.ts";
import { probeStore } from "../../src/store/probe.ts";
import { S3Store } from "../../src/store/s3_store.ts";
import type { S3Timeouts } from "../../src/store/s3_client.ts";
import { readS3Settings } from "../../src/store/s3_settings.ts";
import { StoreError, type StoreFault } from "../../src/store/store_error.ts";
import {
  ABSENT,
  bytes,
  keysOf,
  NONE,
  read,
  sha256Of,
  streamedBody,
  unchanged,
  write,
} from "../contract/steps.ts";
import { type ProxyFault, startFaultyProxy } from "../support/faulty_proxy.ts";
import { freePort, type Minio, s3Env, startMinio } from "../support/minio.ts";

let minio: Minio;
let bucket: string;
Deno.test.beforeAll(async () => {
  minio = await startMinio();
  bucket = await minio.bucket();
});
Deno.test.afterAll(async () => await minio.stop());

function s3(env: Record<string, string>, timeouts: Partial<S3Timeouts> = {}): S3Store {
  return new S3Store({ settings: readS3Settings(env), clock: systemClock, timeouts });
}

/** Every operation must throw this fault, on one line, with a next step, and without a secret. */
async function assertFault(
  env: Record<string, string>,
  fault: StoreFault,
  message: RegExp,
  hint: RegExp,
  skip: string[] = [],
): Promise<void> {
  const store = s3(env);
  const operations = {
    head: () => store.head("k"),
    get: () => store.get("k"),
    put: () => store.put("k", bytes("1"), ABSENT),
    delete: () => store.delete("k"),
    list: () => keysOf(store, ""),
    expiring: () =>
      store.put("k", bytes("1"), NONE, {
        notAfter: ((store.time() ?? systemClock.now()) + 60_000) as StoreTime,
      }),
  };
  for (const [name, run] of Object.entries(operations)) {
    if (skip.includes(name)) continue;
    await assert.rejects(run(), (error) => {
      assert.ok(error instanceof StoreError, `${name}: ${error}`);
      assert.equal(error.fault, fault, `${name}: ${error.message}`);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      const all = error.message + error.hint;
      assert.ok(!all.includes("\n") && !all.includes(env.BLOBFORGE_S3_SECRET_ACCESS_KEY!));
      return true;
    });
  }
  await store.close();
}

Deno.test("S3Store says that an endpoint is down", async () => {
  const env = s3Env(`http://127.0.0.1:${freePort()}`, bucket);
  await assertFault(env, "unreachable", /cannot be reached \(ECONNREFUSED\)/, /ENDPOINT_URL/);
});

Deno.test("S3Store says that a host is unknown", async () => {
  const env = s3Env("http://no-such-host.invalid", bucket);
  await assertFault(env, "unreachable", /no-such-host\.invalid cannot be reached/, /ENDPOINT_URL/);
});

Deno.test("S3Store says that the access key is unknown", async () => {
  const env = { ...minio.env(bucket), BLOBFORGE_S3_ACCESS_KEY_ID: "nobody" };
  await assertFault(env, "denied", /^Cannot /, /BLOBFORGE_S3_ACCESS_KEY_ID/);
});

Deno.test("S3Store says that the secret is wrong", async () => {
  const env = { ...minio.env(bucket), BLOBFORGE_S3_SECRET_ACCESS_KEY: "wrong-secret" };
  await assertFault(env, "denied", /^Cannot /, /BLOBFORGE_S3_SECRET_ACCESS_KEY/);
});

Deno.test("S3Store says that the bucket is missing", async () => {
  const env = minio.env("no-such-bucket");
  // HEAD has no body: a missing bucket looks like a missing object.
  const skip = ["head"];
  await assertFault(env, "no-bucket", /"no-such-bucket" does not exist/, /S3_BUCKET/, skip);
});

/** Runs with a store whose requests for objects called `faulty…` meet `fault`. */
async function withFault(
  fault: ProxyFault,
  run: (store: S3Store, direct: S3Store, sent: () => number) => Promise<void>,
): Promise<void> {
  const proxy = await startFaultyProxy(
    minio.endpoint,
    ({ path }) => /\/faulty[^/]*$/.test(path) ? fault : null,
  );
  const store = s3(s3Env(proxy.endpoint, bucket), { answerMs: 300, stallMs: 300 });
  const direct = s3(minio.env(bucket));
  try {
    const sent = () => proxy.seen.filter(({ path }) => path.includes("faulty")).length;
    await run(store, direct, sent);
  } finally {
    await direct.delete("faulty");
    await store.close();
    await direct.close();
    await proxy.close();
  }
}

const soon = async (store: S3Store) => {
  await store.head("other");
  return (store.time()! + 60_000) as StoreTime;
};

for (
  const [name, fault] of [
    ["whose answer is lost", { kind: "drop-answer" }],
    ["that is lost on its way", { kind: "drop-request" }],
    ["that is answered 500", { kind: "answer", status: 500 }],
    ["that is answered 503", { kind: "answer", status: 503, code: "SlowDown" }],
    ["that is not answered in time", { kind: "hang" }],
  ] as [string, ProxyFault][]
) {
  Deno.test(`S3Store calls a write unclear ${name}, and sends it once`, async () => {
    await withFault(fault, async (store, direct, sent) => {
      const notAfter = await soon(store);
      for (const options of [{}, { notAfter }]) {
        const before = sent();
        assert.deepEqual(await store.put("faulty", bytes("1"), ABSENT, options), {
          kind: "unclear",
        });
        const there = await read(direct, "faulty");
        assert.equal(there, fault.kind === "drop-answer" ? "1" : null);
        assert.deepEqual(await store.delete("faulty", options), { kind: "unclear" });
        assert.equal(sent() - before, 2);
        await direct.delete("faulty");
      }
    });
  });

  Deno.test(`S3Store throws a passing fault for a read ${name}`, async () => {
    await withFault(fault, async (store) => {
      for (const run of [() => store.head("faulty"), () => store.get("faulty")]) {
        await assert.rejects(run, (error) => error instanceof StoreError && error.passing);
      }
    });
  });
}

Deno.test("S3Store says that a server lacks conditional writes", async () => {
  const fault: ProxyFault = { kind: "answer", status: 501, code: "NotImplemented" };
  await withFault(fault, async (store) => {
    await assert.rejects(
      store.put("faulty", bytes("1"), ABSENT),
      (error) => error instanceof StoreError && error.fault === "unsupported",
    );
  });
});

Deno.test("S3Store does not take a refusal in time for an expiry", async () => {
  const fault: ProxyFault = { kind: "answer", status: 403, code: "AccessDenied" };
  await withFault(fault, async (store) => {
    const notAfter = await soon(store);
    await assert.rejects(
      store.put("faulty", bytes("1"), NONE, { notAfter }),
      (error) => error instanceof StoreError && error.fault === "denied",
    );
    await assert.rejects(
      store.delete("faulty", { notAfter }),
      (error) => error instanceof StoreError && error.fault === "denied",
    );
  });
});

Deno.test("S3Store fails a download that is cut off", async () => {
  await withFault({ kind: "cut-body", after: 100_000 }, async (store, direct) => {
    await direct.put("faulty", streamedBody(1_000_000, 1), NONE);
    const object = (await store.get("faulty"))!;
    await assert.rejects(
      sha256Of(object.body),
      (error) => error instanceof StoreError && error.passing,
    );
  });
});

Deno.test("openStore() goes on with a download that is cut off, and counts both requests", async () => {
  const direct = s3(minio.env(bucket));
  const body = streamedBody(3_000_000, 1);
  await direct.put("cut", body, NONE);
  let cut = false;
  const proxy = await startFaultyProxy(minio.endpoint, ({ method }) => {
    if (cut || method !== "GET") return null;
    cut = true;
    return { kind: "cut-body", after: 1_000_000 };
  });
  const { store, requests } = await openStore({
    env: s3Env(proxy.endpoint, bucket),
    clock: systemClock,
    random: seededRandom(1),
  });
  assert.equal(await sha256Of((await store.get("cut"))!.body), body.sha256);
  assert.deepEqual(requests().by.get, { found: 2 });
  await store.close();
  await direct.close();
  await proxy.close();
});

Deno.test("S3Store finds out by itself that a server wants its ETags quoted", async () => {
  // As a server that only compares quoted ETags: MinIO takes both.
  const direct = s3(minio.env(bucket));
  const proxy = await startFaultyProxy(minio.endpoint, () => null);
  const store = s3(s3Env(proxy.endpoint, bucket));
  const version = await write(direct, "k", "1");
  assert.equal((await store.put("k", bytes("2"), unchanged(version))).kind, "written");
  assert.equal((await store.put("k", bytes("3"), unchanged(version))).kind, "conflict");
  assert.equal(proxy.seen.length, 2, "a proven style needs no second look");
  const bare = version.replaceAll('"', "") as Version;
  assert.equal((await direct.put("k", bytes("4"), unchanged(bare))).kind, "conflict");
  await store.close();
  await direct.close();
  await proxy.close();
});

Deno.test("probeStore() finds nothing wrong with MinIO, and leaves nothing there", async () => {
  const store = s3(minio.env(bucket, "probe/"));
  const findings = await probeStore(store, { random: seededRandom(1), racers: 64 });
  assert.deepEqual(findings.filter((finding) => !finding.ok), []);
  assert.equal(findings.length, 9);
  assert.deepEqual(await keysOf(store, ""), []);
  await store.close();
});

Deno.test("S3Store refuses more than one PUT takes before it sends anything", async () => {
  const store = s3(minio.env(bucket));
  const body = { ...streamedBody(10, 1), size: 5 * 1024 ** 3 + 1 };
  await assert.rejects(store.put("k", body, NONE), /at most 5 GiB/);
  await store.close();
});
