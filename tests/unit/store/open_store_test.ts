import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { BlobForgeError } from "../../../src/base/errors.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { chooseStore, openStore } from "../../../src/store/open_store.ts";
import { ABSENT, bytes, write } from "../../contract/steps.ts";

const deps = { clock: systemClock, random: seededRandom(1) };

Deno.test("chooseStore() takes --store, then BLOBFORGE_STORE, then S3 settings, then a folder", () => {
  const env = {
    HOME: "/home/ann",
    BLOBFORGE_STORE: "file:///from/env",
    BLOBFORGE_S3_BUCKET: "b",
  };
  const choose = (store: string | undefined, env: Record<string, string>) => {
    const { kind, address, chosenBy } = chooseStore({ store, env, os: "linux" });
    return [kind, address, chosenBy];
  };
  assert.deepEqual(choose("s3://b/p", env), ["s3", "s3://b/p", "--store"]);
  assert.deepEqual(choose(undefined, env), ["file", "/from/env", "BLOBFORGE_STORE"]);
  const { BLOBFORGE_STORE: _, ...s3 } = env;
  assert.deepEqual(choose(undefined, s3), ["s3", "", "BLOBFORGE_S3_*"]);
  assert.deepEqual(choose(undefined, { HOME: "/home/ann" }), [
    "file",
    "/home/ann/.local/share/blobforge/store",
    "default",
  ]);
  assert.equal(choose("some/folder", {})[1], join(Deno.cwd(), "some/folder"));
  assert.equal(choose("memory:", {})[0], "memory");
});

Deno.test("chooseStore() knows the data folder of each system", () => {
  const folder = (os: typeof Deno.build.os, env: Record<string, string>) =>
    chooseStore({ env, os }).address.replaceAll("\\", "/");
  assert.equal(folder("linux", { XDG_DATA_HOME: "/data" }), "/data/blobforge/store");
  assert.equal(
    folder("darwin", { HOME: "/Users/ann" }),
    "/Users/ann/Library/Application Support/blobforge/store",
  );
  assert.equal(folder("windows", { LOCALAPPDATA: "C:/L" }), "C:/L/blobforge/store");
});

Deno.test("chooseStore() refuses what is no store", () => {
  for (const store of ["http://x/y", "gs://bucket", "file://host/../%zz", "ftp://u:hunter2@h"]) {
    assert.throws(() => chooseStore({ store, env: {}, os: "linux" }), (error) => {
      assert.ok(error instanceof BlobForgeError && error.code === "usage", `${store}: ${error}`);
      return !error.message.includes("hunter2");
    });
  }
  assert.throws(() => chooseStore({ env: {}, os: "linux" }), /no home folder/);
});

Deno.test("openStore() opens a folder, and counts requests by outcome", async () => {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-store-" });
  try {
    const opened = await openStore({ store: folder, env: {}, ...deps });
    assert.deepEqual([opened.kind, opened.chosenBy], ["file", "--store"]);
    await write(opened.store, "k", "1");
    await opened.store.put("k", bytes("2"), ABSENT);
    await opened.store.head("none");
    for await (const _ of opened.store.list("")) { /* one page */ }
    await opened.store.delete("k");
    assert.deepEqual(opened.requests(), {
      total: 5,
      by: {
        head: { missing: 1 },
        get: {},
        put: { written: 1, conflict: 1 },
        delete: { deleted: 1 },
        list: { page: 1 },
      },
    });
    await opened.store.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("open_store.ts loads no AWS SDK until an S3 store is opened", async () => {
  const url = new URL("../../../src/store/open_store.ts", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", url.href],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string; dependencies?: Dependency[] }[];
  };
  const reached = new Set<string>();
  const visit = (specifier: string) => {
    if (reached.has(specifier)) return;
    reached.add(specifier);
    const module = modules.find((one) => one.specifier === specifier);
    for (const { code, isDynamic } of module?.dependencies ?? []) {
      if (code && !isDynamic) visit(code.specifier);
    }
  };
  visit(url.href);
  assert.ok(reached.size > 3);
  assert.deepEqual([...reached].filter((one) => one.includes("aws") || one.includes("smithy")), []);
});

type Dependency = { code?: { specifier: string }; isDynamic?: boolean };
