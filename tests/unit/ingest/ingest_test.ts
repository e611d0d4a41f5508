import assert from "node:assert/strict";
import { join } from "node:path";
import { ingest, type IngestOptions } from "../../../src/ingest/ingest.ts";
import type { IngestProgress } from "../../../src/ingest/report.ts";
import { MANIFEST, rawKey, todoKey } from "../../../src/queue/layout.ts";
import { StoreError } from "../../../src/store/store_error.ts";
import { interceptPuts } from "../../support/intercepted_store.ts";
import { benchOn, hashOf, keysIn, memory, priority, withFolder, writeFiles } from "./workbench.ts";

const ONE = "%PDF-1.7 one";
const TWO = "%PDF-1.7 two";

function optionsFor(folder: string, more: Partial<IngestOptions> = {}): IngestOptions {
  return { paths: [folder], priority, ...more };
}

Deno.test("ingest() stores source, todo marker and manifest entry, as the original writes them", async () => {
  await withFolder({ "lib/books/Größe.pdf": ONE }, async (folder) => {
    const { deps, store, manifest } = benchOn(memory());
    const report = await ingest(deps, optionsFor(join(folder, "lib"), { tags: ["new", "books"] }));
    const hash = hashOf(ONE);
    assert.deepEqual(report.summary, {
      files: 1,
      queued: 1,
      known: 0,
      duplicate: 0,
      wouldQueue: 0,
      failed: 0,
      uploadedBytes: ONE.length,
    });
    assert.deepEqual(await keysIn(store), [MANIFEST, rawKey(hash), todoKey(priority, hash)].sort());
    assert.deepEqual((await store.head(rawKey(hash)))?.metadata, {
      "original-name": "Größe.pdf",
      tags: '["books","Größe","new"]',
      size: String(ONE.length),
    });
    const { ingested_at, ...entry } = (await manifest.find(hash))!;
    assert.match(ingested_at, /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(entry, {
      paths: ["books/Größe.pdf"],
      size: ONE.length,
      tags: ["books", "Größe", "new"],
      source: "lib",
    });
  });
});

Deno.test("a new file takes two requests, a known one none, the manifest three a run", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`d/${at}.pdf`, `%PDF ${at}`]),
  );
  await withFolder(files, async (folder) => {
    const { deps, store } = benchOn(memory());
    await ingest(deps, optionsFor(folder));
    assert.equal(store.snapshot().total, 20 * 2 + 3);
    const again = await ingest(deps, optionsFor(folder));
    assert.equal(again.summary.known, 20);
    assert.equal(store.snapshot().total, 20 * 2 + 3 + 1);
  });
});

Deno.test("the same bytes at two paths are uploaded once, and both paths are kept", async () => {
  await withFolder({ "a.pdf": ONE, "b/c.pdf": ONE, "d.pdf": ONE }, async (folder) => {
    const { deps, store, manifest } = benchOn(memory());
    const report = await ingest(deps, optionsFor(folder, { concurrency: 1 }));
    assert.deepEqual(report.files.map(({ outcome }) => outcome), [
      "queued",
      "duplicate",
      "duplicate",
    ]);
    assert.deepEqual((await manifest.find(hashOf(ONE)))?.paths.sort(), [
      "a.pdf",
      "b/c.pdf",
      "d.pdf",
    ]);
    assert.equal(store.snapshot().by.put.written, 3);
  });
});

Deno.test("a known file at a new place gets its path and tags added, and nothing else", async () => {
  await withFolder({ "one/a.pdf": ONE, "two/x/b.pdf": ONE }, async (folder) => {
    const { deps, store, manifest } = benchOn(memory());
    await ingest(deps, optionsFor(join(folder, "one")));
    const before = store.snapshot().by.put.written;
    const report = await ingest(deps, optionsFor(join(folder, "two")));
    assert.deepEqual(report.files.map(({ outcome }) => outcome), ["known"]);
    const entry = await manifest.find(hashOf(ONE));
    assert.deepEqual(entry?.paths, ["a.pdf", "x/b.pdf"]);
    assert.deepEqual(entry?.tags, ["a", "x", "b"]);
    assert.equal(entry?.source, "one");
    assert.equal(store.snapshot().by.put.written, before! + 1);
  });
});

Deno.test("two ingests of one folder at once end with each file once everywhere", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`${at}.pdf`, `%PDF ${at}`]),
  );
  await withFolder(files, async (folder) => {
    const store = memory();
    const [one, two] = [benchOn(store, { seed: 1 }), benchOn(store, { seed: 2 })];
    const reports = await Promise.all([
      ingest(one.deps, optionsFor(folder, { flush: { files: 7, ms: 60_000 } })),
      ingest(two.deps, optionsFor(folder, { flush: { files: 5, ms: 60_000 } })),
    ]);
    assert.equal(reports[0]!.summary.queued + reports[1]!.summary.queued, 30);
    assert.equal((await keysIn(store, "queue/todo/")).length, 30);
    assert.equal((await keysIn(store, "store/raw/")).length, 30);
    const catalogue = await one.manifest.load();
    assert.equal(catalogue.size, 30);
    for (const [, entry] of catalogue.entries()) assert.equal(entry.paths.length, 1);
  });
});

Deno.test("a dry run writes nothing, and tells what would be queued", async () => {
  await withFolder({ "a.pdf": ONE, "b.pdf": ONE, "c.pdf": "no" }, async (folder) => {
    const { deps, store } = benchOn(memory());
    const report = await ingest(deps, optionsFor(folder, { dryRun: true, concurrency: 1 }));
    assert.deepEqual(
      report.files.map(({ outcome }) => outcome),
      ["would-queue", "duplicate", "failed"],
    );
    assert.deepEqual(await keysIn(store), []);
    assert.deepEqual(store.snapshot().by.put, {});
  });
});

Deno.test("bad files and paths are told one by one, and the others go on", async () => {
  await withFolder({ "lib/a.pdf": ONE, "lib/b.pdf": "", "lib/c.pdf": "<html>" }, async (folder) => {
    const { deps } = benchOn(memory());
    const paths = [join(folder, "gone"), join(folder, "lib")];
    const report = await ingest(deps, { paths, priority });
    assert.deepEqual(report.files.map(({ outcome, reason }) => [outcome, reason]), [
      ["failed", "it does not exist"],
      ["queued", undefined],
      ["failed", "it is empty"],
      ["failed", "it is a web page, not a PDF"],
    ]);
  });
});

Deno.test("a file that changes between hashing and upload is refused, nothing is stored, the next goes on", async () => {
  await withFolder({ "a.pdf": ONE, "b.pdf": TWO }, async (folder) => {
    const inner = memory();
    const changing = interceptPuts(inner, async (real, ...words) => {
      if (words[0] === rawKey(hashOf(ONE))) {
        await Deno.writeTextFile(join(folder, "a.pdf"), "%PDF-1.7 ONE");
      }
      return await real(...words);
    });
    const { deps, store, manifest } = benchOn(changing);
    const report = await ingest(deps, optionsFor(folder));
    assert.match(report.files[0]?.reason ?? "", /^it changed while it was read/);
    assert.equal(report.files[1]?.outcome, "queued");
    assert.deepEqual(await keysIn(store, "store/raw/"), [rawKey(hashOf(TWO))]);
    assert.equal((await manifest.load()).size, 1);
  });
});

Deno.test("a file that vanishes before its upload fails alone, and its twin is taken instead", async () => {
  await withFolder({ "a.pdf": ONE, "b.pdf": ONE }, async (folder) => {
    const vanishing = interceptPuts(memory(), async (real, ...words) => {
      if (words[0] === rawKey(hashOf(ONE))) {
        await Deno.remove(join(folder, "a.pdf")).catch(() => {});
      }
      return await real(...words);
    });
    const { deps, manifest } = benchOn(vanishing);
    const report = await ingest(deps, optionsFor(folder, { concurrency: 1 }));
    assert.deepEqual(report.files.map(({ outcome, reason }) => [outcome, reason]), [
      ["failed", "it does not exist"],
      ["queued", undefined],
    ]);
    assert.deepEqual((await manifest.find(hashOf(ONE)))?.paths, ["b.pdf"]);
  });
});

Deno.test("an ingest that died between source and marker is mended by the next", async () => {
  await withFolder({ "a.pdf": ONE }, async (folder) => {
    const { deps, store, manifest } = benchOn(memory());
    await store.put(rawKey(hashOf(ONE)), new TextEncoder().encode(ONE), { kind: "absent" });
    const report = await ingest(deps, optionsFor(folder));
    assert.equal(report.files[0]?.outcome, "queued");
    assert.equal(report.summary.uploadedBytes, 0);
    assert.deepEqual(await keysIn(store, "queue/"), [todoKey(priority, hashOf(ONE))]);
    assert.equal((await manifest.load()).size, 1);
  });
});

Deno.test("a fault of the store ends the run, with what was done in the manifest", async () => {
  await withFolder({ "a.pdf": ONE, "b.pdf": TWO }, async (folder) => {
    const failing = interceptPuts(memory(), async (real, ...words) => {
      if (words[0] === rawKey(hashOf(TWO))) throw new StoreError("denied", "Cannot write: denied");
      return await real(...words);
    });
    const { deps, manifest } = benchOn(failing);
    await assert.rejects(
      ingest(deps, optionsFor(folder, { concurrency: 1 })),
      (error: StoreError) => error.fault === "denied",
    );
    assert.equal((await manifest.load()).size, 1);
  });
});

Deno.test("an upload without a clear answer is asked again, and queued once", async () => {
  await withFolder({ "a.pdf": ONE }, async (folder) => {
    let lost = 0;
    const unclear = interceptPuts(memory(), async (real, ...words) => {
      const result = await real(...words);
      if (words[0] !== rawKey(hashOf(ONE)) || lost++ > 0) return result;
      return { kind: "unclear" };
    });
    const { deps, store } = benchOn(unclear);
    const clock = { ...deps.clock, sleep: () => Promise.resolve() };
    const report = await ingest({ ...deps, clock }, optionsFor(folder));
    assert.equal(report.files[0]?.outcome, "queued");
    assert.equal((await keysIn(store, "queue/todo/")).length, 1);
  });
});

Deno.test("an interrupt keeps what was done, and the next ingest goes on from there", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, at) => [`${at}.pdf`, `%PDF ${at}`]),
  );
  await withFolder(files, async (folder) => {
    const { deps, store, manifest } = benchOn(memory());
    const control = new AbortController();
    const report = await ingest(
      deps,
      optionsFor(folder, {
        concurrency: 1,
        signal: control.signal,
        onProgress: ({ done }) => done === 3 && control.abort(new Error("stop")),
      }),
    );
    assert.equal(report.interrupted, true);
    assert.equal(report.summary.files, 3);
    assert.equal((await manifest.load()).size, 3);
    const rest = await ingest(deps, optionsFor(folder));
    assert.deepEqual([rest.summary.known, rest.summary.queued], [3, 6]);
    assert.equal((await keysIn(store, "queue/todo/")).length, 9);
  });
});

Deno.test("progress counts every file once", async () => {
  await withFolder({ "a.pdf": ONE, "b.pdf": "", "c.pdf": TWO }, async (folder) => {
    const seen: IngestProgress[] = [];
    await ingest(
      benchOn(memory()).deps,
      optionsFor(folder, { onProgress: (one) => seen.push(one) }),
    );
    assert.deepEqual(seen.map(({ done, total }) => [done, total]), [[1, 3], [2, 3], [3, 3]]);
    assert.equal(seen.at(-1)?.failed, 1);
    assert.equal(seen.at(-1)?.uploadedBytes, ONE.length + TWO.length);
  });
});

Deno.test("names and tags too long for S3's metadata are cut there, not in the manifest", async () => {
  const deep = Array.from({ length: 12 }, (_, at) => `${at}${"ü".repeat(60)}`).join("/");
  await withFolder({ [`${deep}/${"ä".repeat(100)}.pdf`]: ONE }, async (folder) => {
    const { deps, store, manifest } = benchOn(memory());
    await ingest(deps, optionsFor(folder));
    const { metadata } = (await store.head(rawKey(hashOf(ONE))))!;
    const size = Object.entries(metadata).reduce(
      (sum, [name, value]) => sum + name.length + encodeURIComponent(value).length,
      0,
    );
    assert.ok(size <= 2048, `${size} bytes`);
    assert.equal((await manifest.find(hashOf(ONE)))?.tags.length, 13);
  });
});

Deno.test("a file that is in no folder is ingested with its own folder as source", async () => {
  await withFolder({}, async (folder) => {
    await writeFiles(folder, { "in/a.pdf": ONE });
    const { deps, manifest } = benchOn(memory());
    await ingest(deps, { paths: [join(folder, "in", "a.pdf")], priority });
    const entry = await manifest.find(hashOf(ONE));
    assert.deepEqual([entry?.paths, entry?.tags, entry?.source], [["a.pdf"], ["a"], "in"]);
  });
});
