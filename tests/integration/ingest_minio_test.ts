/** Ingest, manifest and results on a real S3 server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { ingest } from "../../src/ingest/ingest.ts";
import { Manifest } from "../../src/library/manifest.ts";
import { Results } from "../../src/library/get.ts";
import { Search } from "../../src/library/search.ts";
import { outKey, rawKey } from "../../src/queue/layout.ts";
import { readS3Settings } from "../../src/store/s3_settings.ts";
import { S3Store } from "../../src/store/s3_store.ts";
import { type Seen, startCountingProxy } from "../support/counting_proxy.ts";
import { type Minio, s3Env, startMinio } from "../support/minio.ts";
import { benchOn, hashOf, keysIn, priority, withFolder } from "../unit/ingest/workbench.ts";
import { entries, zipOf } from "../unit/library/workbench.ts";

let minio: Minio;
Deno.test.beforeAll(async () => {
  minio = await startMinio();
});
Deno.test.afterAll(async () => await minio.stop());

async function withStores(
  count: number,
  work: (stores: S3Store[]) => Promise<void>,
): Promise<void> {
  const bucket = await minio.bucket();
  const stores = Array.from(
    { length: count },
    () => new S3Store({ settings: readS3Settings(minio.env(bucket, "pdf/")), clock: systemClock }),
  );
  try {
    await work(stores);
  } finally {
    for (const store of stores) await store.close();
  }
}

/** Requests that reached the server, by method and the first two parts of the key. */
function countsIn(seen: Seen[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, key } of seen) {
    const name = `${method} ${key.split("/").slice(0, 2).join("/")}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const FILES = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [`Bücher/${at}, teil.pdf`, `%PDF ${at}`]),
);

Deno.test("MinIO: a new file takes two requests and its share of the manifest, a known one none", async () => {
  const bucket = await minio.bucket();
  const proxy = await startCountingProxy(minio.endpoint, `/${bucket}/pdf/`);
  const settings = readS3Settings(s3Env(proxy.endpoint, bucket, "pdf/"));
  const store = new S3Store({ settings, clock: systemClock });
  try {
    await withFolder(FILES, async (folder) => {
      const { deps } = benchOn(store);
      await ingest(deps, { paths: [folder], priority });
      assert.deepEqual(countsIn(proxy.seen), {
        "PUT store/raw": 40,
        "PUT queue/todo": 40,
        "GET registry/manifest.json": 2,
        "PUT registry/manifest.json": 1,
      });
      proxy.seen.length = 0;
      await ingest(deps, { paths: [folder], priority });
      assert.deepEqual(countsIn(proxy.seen), { "GET registry/manifest.json": 1 });
      const { metadata } = (await store.head(rawKey(hashOf("%PDF 7"))))!;
      assert.equal(metadata["original-name"], "7, teil.pdf");
      assert.deepEqual(JSON.parse(metadata.tags!), ["Bücher", "7, teil"]);
    });
  } finally {
    await store.close();
    await proxy.close();
  }
});

Deno.test("MinIO: three ingests of one folder at once end with each file once everywhere", async () => {
  await withFolder(FILES, async (folder) => {
    await withStores(3, async (stores) => {
      const benches = stores.map((store, seed) => benchOn(store, { seed }));
      const flush = { files: 9, ms: 60_000 };
      const reports = await Promise.all(
        benches.map(({ deps }) => ingest(deps, { paths: [folder], priority, flush })),
      );
      assert.equal(reports.reduce((sum, { summary }) => sum + summary.failed, 0), 0);
      assert.equal(reports.reduce((sum, { summary }) => sum + summary.queued, 0), 40);
      assert.equal((await keysIn(stores[0]!, "queue/todo/")).length, 40);
      const catalogue = await benches[0]!.manifest.load();
      assert.equal(catalogue.size, 40);
      for (const [, { paths }] of catalogue.entries()) assert.equal(paths.length, 1);
    });
  });
});

Deno.test("MinIO: writers that move entries into segments at once lose nothing, and search sees all", async () => {
  await withStores(2, async (stores) => {
    const manifests = stores.map((store, seed) =>
      new Manifest({ store, clock: systemClock, random: seededRandom(seed), log: silentLog }, {
        rootLimit: 10,
        mergeAt: 3,
      })
    );
    await Promise.all(manifests.map(async (manifest, at) => {
      for (let n = 0; n < 60; n += 6) await manifest.add(entries(at * 100 + n, at * 100 + n + 6));
    }));
    const search = new Search({
      store: stores[0]!,
      manifest: manifests[0]!,
      log: silentLog,
      cacheDir: null,
    });
    assert.equal((await manifests[1]!.load()).size, 120);
    assert.equal((await search.search("dir", { limit: 1000 })).length, 120);
    await search.close();
  });
});

Deno.test("MinIO: a result is fetched, and its info.json read by ranges", async () => {
  await withFolder({}, async (folder) => {
    await withStores(1, async ([store]) => {
      const hash = hashOf("x");
      const noise = Array.from({ length: 20_000 }, (_, at) => hashOf(`${at}`)).join("");
      const info = JSON.stringify({ hash, original_filename: "größe.pdf" });
      const zip = zipOf([{ name: "info.json", text: info }, { name: "größe.md", text: noise }]);
      await store!.put(outKey(hash), zip, { kind: "absent" });
      const results = new Results({ store: store!, random: seededRandom(1) });
      assert.equal((await results.info(hash)).original_filename, "größe.pdf");
      const fetched = await results.fetch(hash, { outDir: folder });
      assert.equal(fetched.markdown, join(folder, "größe", "größe.md"));
      assert.equal(await Deno.readTextFile(fetched.markdown!), noise);
    });
  });
});
