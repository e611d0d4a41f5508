import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../src/base/clock.ts";
import { FileStore } from "../../../src/store/file_store.ts";
import { keysOf, read, write } from "../../contract/steps.ts";

const CHILD = fileURLToPath(new URL("file_store_child.ts", import.meta.url));

async function inFolder(run: (folder: string, store: FileStore) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-store-" });
  try {
    await run(folder, await FileStore.open(folder, { clock: systemClock }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function child(verb: string, folder: string, name = ""): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, verb, folder, name],
    stdout: "piped",
    stderr: "inherit",
  });
}

Deno.test("FileStore lets one of several processes win each create", async () => {
  await inFolder(async (folder, store) => {
    const names = ["a", "b", "c"];
    const outputs = await Promise.all(names.map((name) => child("create", folder, name).output()));
    const won = outputs.map((one): number[] => JSON.parse(new TextDecoder().decode(one.stdout)));
    const all = won.flat().sort((a, b) => a - b);
    assert.deepEqual(all, Array.from({ length: 50 }, (_, i) => i));
    for (const [at, name] of names.entries()) {
      for (const i of won[at]!) assert.equal(await read(store, `race/${i}`), name);
    }
  });
});

Deno.test("FileStore loses no compare-and-swap of several processes", async () => {
  await inFolder(async (folder, store) => {
    await write(store, "counter", "0");
    const outputs = await Promise.all([1, 2, 3].map(() => child("count", folder).output()));
    assert.ok(outputs.every((output) => output.success));
    assert.equal(await read(store, "counter"), "150");
  });
});

Deno.test("FileStore keeps the old object when a writer is killed, and clears up after it", async () => {
  await inFolder(async (folder, store) => {
    await write(store, "k", "old", { metadata: { tags: "old" } });
    const process = child("stuck", folder).spawn();
    const reader = process.stdout.getReader();
    await reader.read(); // half of the body is written
    process.kill("SIGKILL");
    await reader.cancel();
    await process.status;

    assert.equal(await read(store, "k"), "old");
    assert.deepEqual((await store.head("k"))?.metadata, { tags: "old" });
    assert.deepEqual(await keysOf(store, ""), ["k"]);
    const temp = () => Array.from(Deno.readDirSync(join(folder, ".blobforge/tmp"))).length;
    assert.equal(temp(), 1);
    await FileStore.open(folder, { clock: systemClock });
    assert.equal(temp(), 1, "it may belong to a writer that lives");
    await FileStore.open(folder, { clock: systemClock, leftoverMs: 0 });
    assert.equal(temp(), 0);
    assert.equal(await write(store, "k", "new").then(() => read(store, "k")), "new");
  });
});
