import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { HashCache } from "../../../src/ingest/hash_cache.ts";
import { identify } from "../../../src/ingest/identify.ts";
import { hashOf, withFolder } from "./workbench.ts";

async function withCache(work: (cache: HashCache) => Promise<void>, dir: string | null = null) {
  const cache = await HashCache.open(dir);
  try {
    await work(cache);
  } finally {
    cache.close();
  }
}

async function age(path: string): Promise<void> {
  const old = new Date(systemClock.now() - 3600_000);
  await Deno.utime(path, old, old);
}

Deno.test("identify() judges by content, with one line for what is no PDF", async () => {
  const files = {
    "good.pdf": "%PDF-1.7 x",
    "late.pdf": "x".repeat(1000) + "%PDF-1.7",
    "empty.pdf": "",
    "page.pdf": "\n<!DOCTYPE html><p>404",
    "text.pdf": "hello",
    "toolate.pdf": "x".repeat(1022) + "%PDF",
    "badpointer.pdf": "version https://git-lfs.github.com/spec/v1\noid md5:1\n",
  };
  await withFolder(files, async (folder) => {
    await withCache(async (cache) => {
      const reasonOf = async (name: string) => {
        const identity = await identify({ cache, clock: systemClock }, join(folder, name));
        return identity.kind === "refused" ? identity.reason : identity.kind;
      };
      assert.equal(await reasonOf("good.pdf"), "pdf");
      assert.equal(await reasonOf("late.pdf"), "pdf");
      assert.equal(await reasonOf("empty.pdf"), "it is empty");
      assert.equal(await reasonOf("page.pdf"), "it is a web page, not a PDF");
      assert.match(await reasonOf("text.pdf"), /^it is not a PDF/);
      assert.match(await reasonOf("toolate.pdf"), /^it is not a PDF/);
      assert.match(await reasonOf("badpointer.pdf"), /damaged Git LFS pointer/);
      assert.equal(await reasonOf("gone.pdf"), "it does not exist");
      assert.equal(await reasonOf("x".repeat(300)), "it does not exist");
      assert.equal(await reasonOf("."), "it is not a regular file");
    });
  });
});

Deno.test("identify() never waits for a pipe", async () => {
  await withFolder({}, async (folder) => {
    const pipe = join(folder, "pipe.pdf");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    await withCache(async (cache) => {
      const identity = await identify({ cache, clock: systemClock }, pipe);
      assert.equal(identity.kind === "refused" && identity.reason, "it is not a regular file");
    });
  });
});

Deno.test("identify() hashes all of a file of several chunks", async () => {
  const text = "%PDF-1.7\n" + "0123456789abcdef".repeat(200_000);
  await withFolder({ "big.pdf": text }, async (folder) => {
    await withCache(async (cache) => {
      const identity = await identify({ cache, clock: systemClock }, join(folder, "big.pdf"));
      assert.deepEqual(identity, { kind: "pdf", hash: hashOf(text), size: text.length });
    });
  });
});

Deno.test("identify() reads a Git LFS pointer as the file it stands for", async () => {
  const oid = "ab".repeat(32);
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n`;
  await withFolder({ "p.pdf": pointer }, async (folder) => {
    await withCache(async (cache) => {
      const identity = await identify({ cache, clock: systemClock }, join(folder, "p.pdf"));
      assert.equal(identity.kind, "pointer");
      assert.equal(identity.kind === "pointer" && identity.hash, oid);
      assert.equal(identity.size, 12345);
    });
  });
});

Deno.test("identify() refuses a file that grows while it is hashed", async () => {
  await withFolder({ "a.pdf": "%PDF-1.7 x" }, async (folder) => {
    const path = join(folder, "a.pdf");
    await withCache(async (cache) => {
      // the clock is asked just before the hashing: then somebody writes
      const clock = {
        ...systemClock,
        now() {
          Deno.writeTextFileSync(path, "more", { append: true });
          return systemClock.now();
        },
      };
      const identity = await identify({ cache, clock }, path);
      assert.equal(identity.kind === "refused" && identity.reason, "it changed while it was read");
    });
  });
});

Deno.test("a remembered hash is used only while the file is what it was", async () => {
  await withFolder({ "a.pdf": "%PDF-1.7 one", "cache/x": "" }, async (folder) => {
    const path = join(folder, "a.pdf");
    await age(path);
    const { size, mtime, ino } = await Deno.stat(path);
    const clock = { ...systemClock, now: () => systemClock.now() + 3600_000 }; // ctime is settled too
    const dir = join(folder, "cache");
    await withCache(async (cache) => {
      await identify({ cache, clock }, path);
    }, dir);
    await withCache(async (cache) => {
      const ctimeMs = (await Deno.stat(path)).ctime!.getTime();
      const print = { path, size, mtimeMs: mtime!.getTime(), ctimeMs, inode: ino! };
      assert.equal(cache.find(print), hashOf("%PDF-1.7 one"));
      await Deno.writeTextFile(path, "%PDF-1.7 two");
      const identity = await identify({ cache, clock }, path);
      assert.equal(identity.kind === "pdf" && identity.hash, hashOf("%PDF-1.7 two"));
    }, dir);
  });
});

Deno.test("a file that was written just before it was hashed is not remembered", async () => {
  await withFolder({ "a.pdf": "%PDF-1.7 one" }, async (folder) => {
    const path = join(folder, "a.pdf");
    const { size, mtime, ctime, ino } = await Deno.stat(path);
    const [mtimeMs, ctimeMs] = [mtime!.getTime(), ctime!.getTime()];
    const print = { path, size, mtimeMs, ctimeMs, inode: ino! };
    const rememberedAfter = (ms: number, cache: HashCache) =>
      identify({ cache, clock: { ...systemClock, now: () => ctimeMs + ms } }, path)
        .then(() => cache.find(print));
    await withCache(async (cache) => {
      assert.equal(await rememberedAfter(1000, cache), null);
      assert.equal(await rememberedAfter(3000, cache), hashOf("%PDF-1.7 one"));
    });
  });
});

Deno.test("a broken hash cache is thrown away, and a folder that cannot be made does no harm", async () => {
  await withFolder(
    { "a.pdf": "%PDF-1.7", "cache/hashes.sqlite": "rubbish ".repeat(1000) },
    async (folder) => {
      for (const dir of [join(folder, "cache"), join(folder, "a.pdf", "no")]) {
        await withCache(async (cache) => {
          const identity = await identify({ cache, clock: systemClock }, join(folder, "a.pdf"));
          assert.equal(identity.kind, "pdf");
        }, dir);
      }
    },
  );
});
