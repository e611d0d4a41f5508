import assert from "node:assert/strict";
import { join } from "node:path";
import type { IngestReport } from "../../../src/ingest/report.ts";
import { watch } from "../../../src/ingest/watch.ts";
import { benchOn, memory, priority, withFolder, writeFiles } from "./workbench.ts";

/** Runs `watch`, with one step of the test in each pause; it is stopped after the last. */
async function watchThrough(
  folder: string,
  steps: (() => Promise<void>)[],
): Promise<IngestReport[]> {
  const { deps } = benchOn(memory());
  const control = new AbortController();
  const reports: IngestReport[] = [];
  const left = [...steps];
  const clock = {
    ...deps.clock,
    async sleep() {
      const step = left.shift();
      if (step === undefined) control.abort(new Error("over"));
      else await step();
    },
  };
  await watch({ ...deps, clock }, {
    paths: [folder],
    priority,
    intervalMs: 1000,
    signal: control.signal,
    onReport: (report) => reports.push(report),
  });
  return reports;
}

const nothing = () => Promise.resolve();
const namesOf = (reports: IngestReport[]) =>
  reports.map(({ files }) =>
    files.map(({ path, outcome }) => `${path.split("/").at(-1)} ${outcome}`)
  );

Deno.test("watch() ingests a file once it has been the same in two looks, and only once", async () => {
  await withFolder({ "a.pdf": "%PDF a" }, async (folder) => {
    const reports = await watchThrough(folder, [
      () => writeFiles(folder, { "b.pdf": "%PDF b" }),
      () => writeFiles(folder, { "b.pdf": "%PDF b, longer" }),
      nothing,
      nothing,
      nothing,
    ]);
    assert.deepEqual(namesOf(reports), [["a.pdf queued"], ["b.pdf queued"]]);
  });
});

Deno.test("watch() tells of a bad file once, and looks at it again when it changes", async () => {
  await withFolder({ "a.pdf": "" }, async (folder) => {
    const reports = await watchThrough(folder, [
      nothing,
      nothing,
      () => writeFiles(folder, { "a.pdf": "%PDF now" }),
      nothing,
      nothing,
    ]);
    assert.deepEqual(namesOf(reports), [["a.pdf failed"], ["a.pdf queued"]]);
  });
});

Deno.test("watch() tells once that a folder is missing, and finds it when it appears", async () => {
  await withFolder({}, async (folder) => {
    const inside = join(folder, "later");
    const reports = await watchThrough(inside, [
      nothing,
      () => writeFiles(inside, { "a.pdf": "%PDF a" }),
      nothing,
      nothing,
    ]);
    assert.deepEqual(namesOf(reports), [["later failed"], ["a.pdf queued"]]);
  });
});

Deno.test("watch() throws what the store refuses", async () => {
  await withFolder({}, async (folder) => {
    const { deps } = benchOn(memory());
    const clock = { ...deps.clock, sleep: () => Promise.reject(new Error("clock broken")) };
    await assert.rejects(
      watch({ ...deps, clock }, {
        paths: [folder],
        priority,
        intervalMs: 1,
        signal: new AbortController().signal,
      }),
      /clock broken/,
    );
  });
});
