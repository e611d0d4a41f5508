import assert from "node:assert/strict";
import { join } from "node:path";
import { cacheFolder, findMinio } from "../../../scripts/find_minio.ts";

const say = () => {};

Deno.test("findMinio() takes MINIO_BIN, then the PATH, then the cache", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const env = { XDG_CACHE_HOME: join(folder, "cache"), PATH: join(folder, "bin") };
    const cached = join(cacheFolder(env), "minio");
    const onPath = join(folder, "bin", "minio");
    const named = join(folder, "named");
    for (const path of [cached, onPath, named]) {
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeTextFile(path, "");
    }
    assert.equal(await findMinio({ env: { ...env, MINIO_BIN: named }, say }), named);
    assert.equal(await findMinio({ env, say }), onPath);
    await Deno.remove(onPath);
    assert.equal(await findMinio({ env, say }), cached);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("findMinio() says what is wrong, and never that there is none to test with", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const wrong = findMinio({ env: { MINIO_BIN: join(folder, "none") }, say });
    await assert.rejects(wrong, /MINIO_BIN names .* not a file/);
    const nothing = findMinio({ env: { XDG_CACHE_HOME: folder, PATH: folder }, say });
    await assert.rejects(nothing, /no way to get one: set MINIO_BIN/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
