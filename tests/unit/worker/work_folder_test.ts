import assert from "node:assert/strict";
import { join } from "node:path";
import { type Log, silentLog } from "../../../src/base/log.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { WorkFolder } from "../../../src/worker/work_folder.ts";

async function withFolder(act: (parent: string) => void | Promise<void>) {
  const parent = Deno.makeTempDirSync({ prefix: "blobforge-test-" });
  try {
    await act(parent);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

Deno.test("open() empties what a crashed predecessor left", async () => {
  await withFolder((parent) => {
    const folder = join(parent, "work");
    Deno.mkdirSync(join(folder, "job-1", "out"), { recursive: true });
    Deno.writeTextFileSync(join(folder, "job-1", "out", "page.png"), "x");
    new WorkFolder(folder, seededRandom(1), silentLog).open();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("every job has a name of its own, also in the next life of the same worker", () => {
  const random = seededRandom(1);
  const names = [1, 2].flatMap(() => {
    const folder = new WorkFolder("/work", random, silentLog);
    return [folder.forJob(), folder.forJob()];
  });
  assert.equal(new Set(names).size, 4);
});

Deno.test("a folder that cannot be deleted is told and ends nobody", () => {
  const told: string[] = [];
  const log: Log = { ...silentLog, warn: (event) => void told.push(event) };
  // Below a file nothing can be deleted: ENOTDIR.
  new WorkFolder("/work", seededRandom(1), log).discard("/dev/null/job");
  assert.deepEqual(told, ["folder not deleted"]);
});
