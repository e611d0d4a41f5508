import assert from "node:assert/strict";
import { join } from "node:path";
import { resolveHash } from "../../../src/library/resolve.ts";
import { Search } from "../../../src/library/search.ts";
import { rawKey } from "../../../src/queue/layout.ts";
import { entries, entry, hashOf, libraryOn, memory, withFolder } from "./workbench.ts";

type Bench = ReturnType<typeof libraryOn> & { search: Search };

async function withSearch(
  work: (bench: Bench) => Promise<void>,
  options: {
    cacheDir?: string;
    rootLimit?: number;
    mergeAt?: number;
    store?: ReturnType<typeof memory>;
  } = {},
): Promise<void> {
  const bench = libraryOn(options.store ?? memory(), options);
  const search = new Search({ ...bench, cacheDir: options.cacheDir ?? null });
  try {
    await work({ ...bench, search });
  } finally {
    await search.close();
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

const file = (path: string, tags: string[] = []) =>
  entry(1, { hash: hashOf(path), path, tags: [...path.replace(".pdf", "").split("/"), ...tags] });

const LIBRARY = [
  file("rpg/Das_Schwarze_Auge/Größenwahn.pdf"),
  file("rpg/gurps/GURPS Basic Set.pdf", ["4e"]),
  file("rpg/gurps/basic-combat.pdf"),
  file("papers/attention.pdf", ["gurps"]),
  file("日本語/説明書.pdf"),
  file("odd/100%_sure.pdf"),
];

Deno.test("search() finds by name, folder and tag; beginnings, several words, any case and accent", async () => {
  await withSearch(async ({ manifest, search }) => {
    await manifest.add(LIBRARY);
    const find = async (query: string) =>
      (await search.search(query)).map(({ entry }) => entry.paths[0]);
    assert.deepEqual(await find("grossenwahn"), []);
    assert.deepEqual(await find("GROßEN"), ["rpg/Das_Schwarze_Auge/Größenwahn.pdf"]);
    assert.deepEqual((await find("basic gurps")).sort(), [
      "rpg/gurps/GURPS Basic Set.pdf",
      "rpg/gurps/basic-combat.pdf",
    ]);
    assert.deepEqual(await find("schwarze aug"), ["rpg/Das_Schwarze_Auge/Größenwahn.pdf"]);
    assert.equal((await find("gurps"))[0], "rpg/gurps/GURPS Basic Set.pdf");
    assert.equal((await find("gurps")).length, 3);
    assert.deepEqual(await find("4e"), ["rpg/gurps/GURPS Basic Set.pdf"]);
    assert.deepEqual(await find("説明"), ["日本語/説明書.pdf"]);
    assert.deepEqual(await find("明書"), ["日本語/説明書.pdf"]);
    assert.deepEqual(await find("tention"), ["papers/attention.pdf"]);
    assert.equal((await search.search("gurps", { limit: 1 })).length, 1);
  });
});

Deno.test("no query is an error, and none reaches another's syntax", async () => {
  await withSearch(async ({ manifest, search }) => {
    await manifest.add(LIBRARY);
    const hostile = [
      "",
      "   ",
      '"',
      '""',
      "*",
      "a*",
      "NEAR(a b)",
      "name:gurps",
      "AND",
      "a OR",
      "NOT",
      "(",
      ")",
      "^a",
      "-a",
      "+",
      "{name path}: x",
      "'; DROP TABLE docs; --",
      "%",
      "_",
      "\\",
      "\0",
      "\ud800",
      "é́",
      'a"b',
      "x".repeat(100_000),
      "a ".repeat(2000),
      "/".repeat(60_000),
      "!".repeat(60_000),
    ];
    for (const query of hostile) {
      await search.search(query);
      await search.lookupPath(query);
      await search.lookupHash(query);
    }
    assert.deepEqual((await search.search("100%")).map(({ entry }) => entry.paths[0]), [
      "odd/100%_sure.pdf",
    ]);
    assert.deepEqual(await search.search("%_%"), []);
    assert.equal((await search.search("gurps")).length, 3);
  });
});

Deno.test("the index follows root, segments, merges and removals, each for what is new only", async () => {
  await withSearch(async ({ manifest, search, store }) => {
    for (let at = 0; at < 60; at += 4) {
      await manifest.add(entries(at, at + 4));
      if (at === 20) await manifest.remove(hashOf("file 0"));
      const catalogue = await manifest.load();
      const found = await search.search("dir", { limit: 1000 });
      assert.deepEqual(
        found.map(({ hash, entry }) => [hash, entry.paths]).sort(),
        [...catalogue.entries()].map(([hash, entry]) => [hash, entry.paths]).sort(),
      );
    }
    const before = store.snapshot().total;
    await search.search("dir");
    assert.equal(store.snapshot().total, before + 1, "one request where nothing has changed");
    await manifest.add([entry(0, { path: "again.pdf" })]);
    assert.deepEqual((await search.search("again"))[0]?.entry.paths, ["again.pdf"]);
  }, { rootLimit: 6, mergeAt: 3 });
});

Deno.test("an index in the cache folder is used again, and one that is broken is made anew", async () => {
  await withFolder(async (cacheDir) => {
    const store = memory("file:///somewhere");
    const open = (work: (bench: Bench) => Promise<void>) => withSearch(work, { cacheDir, store });
    await open(async ({ manifest, search }) => {
      await manifest.add(entries(0, 5));
      assert.equal((await search.search("dir")).length, 5);
    });
    await open(async ({ search, store }) => {
      assert.equal((await search.search("dir")).length, 5);
      assert.deepEqual(store.snapshot().by.get, {}, "the manifest is not read again");
    });
    const [index] = [...Deno.readDirSync(cacheDir)].filter(({ name }) => name.endsWith(".sqlite"));
    const path = join(cacheDir, index!.name);
    const bytes = await Deno.readFile(path);
    const damages = [
      new TextEncoder().encode("no database at all".repeat(500)),
      bytes.map((byte, at) => at >= 4096 && at % 3 === 0 ? byte ^ 0x55 : byte),
      new Uint8Array(),
      bytes.slice(0, 6000),
    ];
    for (const [at, damage] of damages.entries()) {
      await Deno.writeFile(path, damage);
      await open(async ({ search }) => {
        assert.equal((await search.search("dir")).length, 5, `damage ${at}`);
        assert.equal((await search.lookupHash(hashOf("file 1").slice(0, 8))).length, 1);
      });
    }
  });
});

Deno.test("an index that another process does not let go of is left to it, and memory does", async () => {
  await withFolder(async (cacheDir) => {
    const store = memory("s3://bucket/busy");
    const options = { cacheDir, store };
    await withSearch(async ({ manifest, search }) => {
      await manifest.add(entries(0, 3));
      await search.search("dir");
    }, options);
    const [index] = namesIn(cacheDir);
    const { DatabaseSync } = await import("node:sqlite");
    const other = new DatabaseSync(join(cacheDir, index!));
    other.exec("BEGIN IMMEDIATE");
    try {
      await withSearch(async ({ manifest, search }) => {
        await manifest.add(entries(3, 5));
        assert.equal((await search.search("dir")).length, 5);
      }, options);
    } finally {
      other.exec("ROLLBACK");
      other.close();
    }
    assert.ok(namesIn(cacheDir).includes(index!));
  });
});

Deno.test("two indexes on one cache file do not get in each other's way", async () => {
  await withFolder(async (cacheDir) => {
    const store = memory("s3://bucket/x");
    await withSearch(async (one) => {
      await withSearch(async (two) => {
        for (let at = 0; at < 20; at += 2) {
          await one.manifest.add(entries(at, at + 2));
          const found = await Promise.all([one.search.search("dir"), two.search.search("dir")]);
          assert.deepEqual(found.map((list) => list.length), [at + 2, at + 2]);
        }
      }, { cacheDir, store, rootLimit: 4 });
    }, { cacheDir, store, rootLimit: 4 });
  });
});

Deno.test("lookups find by the beginning of a hash, by path, by name, and by the end of a path", async () => {
  await withSearch(async ({ manifest, search }) => {
    await manifest.add([...LIBRARY, file("papers/old/attention.pdf")]);
    const pathsOf = async (path: string) =>
      (await search.lookupPath(path)).map(({ entry }) => entry.paths[0]);
    assert.deepEqual(await pathsOf("papers/attention.pdf"), ["papers/attention.pdf"]);
    assert.deepEqual(await pathsOf("./papers//attention.pdf"), ["papers/attention.pdf"]);
    assert.deepEqual(await pathsOf("/home/me/lib/papers/attention.pdf"), ["papers/attention.pdf"]);
    assert.deepEqual(await pathsOf("old/attention.pdf"), ["papers/old/attention.pdf"]);
    assert.deepEqual((await pathsOf("attention")).sort(), [
      "papers/attention.pdf",
      "papers/old/attention.pdf",
    ]);
    assert.deepEqual(await pathsOf("basic-combat.pdf"), ["rpg/gurps/basic-combat.pdf"]);
    assert.deepEqual(await pathsOf("nothing.pdf"), []);
    assert.deepEqual(await pathsOf("%"), []);
    const hash = hashOf("papers/attention.pdf");
    assert.deepEqual((await search.lookupHash(hash.slice(0, 9).toUpperCase()))[0]?.hash, hash);
    assert.deepEqual(await search.lookupHash("xyz"), []);
    assert.deepEqual(await search.lookupHash(""), []);
  });
});

Deno.test("resolveHash() takes a hash, its beginning, a path, a file's name, and a local file", async () => {
  await withFolder(async (folder) => {
    await withSearch(async (bench) => {
      const { manifest, store } = bench;
      const text = "%PDF-1.7 local";
      const local = entry(1, { hash: hashOf(text), path: "elsewhere/named.pdf" });
      await manifest.add([...LIBRARY, local]);
      const resolve = (word: string) => resolveHash(bench, word);
      const hash = hashOf("papers/attention.pdf");
      assert.equal(await resolve(hash.toUpperCase()), hash);
      assert.equal(await resolve("f".repeat(64)), "f".repeat(64));
      assert.equal(await resolve(hash.slice(0, 6)), hash);
      assert.equal(await resolve("papers/attention.pdf"), hash);
      assert.equal(await resolve("attention.pdf"), hash);
      const path = join(folder, "mine.pdf");
      await Deno.writeTextFile(path, text);
      assert.equal(await resolve(path), local.hash);
      const pointer = join(folder, "pointer.pdf");
      await Deno.writeTextFile(
        pointer,
        `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize 3\n`,
      );
      assert.equal(await resolve(pointer), hash);
      const unlisted = hashOf("only its source is there");
      await store.put(rawKey(unlisted), new Uint8Array(1), { kind: "absent" });
      assert.equal(await resolve(unlisted.slice(0, 10)), unlisted);
    });
  });
});

Deno.test("resolveHash() says what is unknown, and lists what it could be", async () => {
  await withFolder(async (folder) => {
    await withSearch(async (bench) => {
      const { manifest } = bench;
      const twins = ["a", "b"].map((end) => "123456" + end.repeat(58)) as [string, string];
      await manifest.add([
        ...twins.map((hash, at) =>
          entry(at, { hash: hash as typeof LIBRARY[0]["hash"], path: `${at}/same.pdf` })
        ),
        entry(5, { path: "x/changed.pdf" }),
        entry(6, { path: "x/changed.pdf" }),
      ]);
      const fails = (word: string, code: string, message: RegExp) =>
        assert.rejects(resolveHash(bench, word), (error: { code: string; message: string }) => {
          assert.match(error.message, message);
          return error.code === code;
        });
      await fails(
        "123456",
        "usage",
        /could be more than one file: 123456aaaaaa 0\/same.pdf, 123456b/,
      );
      await fails("same.pdf", "usage", /0\/same.pdf.*1\/same.pdf/);
      await fails("x/changed.pdf", "usage", /could be more than one/);
      await fails("12345", "not-found", /needs at least 6 digits/);
      await fails("abcdef", "not-found", /no such hash/);
      await fails("", "not-found", /Cannot find ""/);
      await fails("x".repeat(5000), "not-found", /Cannot find/);
      const path = join(folder, "new.pdf");
      await Deno.writeTextFile(path, "%PDF new");
      await fails(path, "not-found", /was never ingested/);
    });
  });
});
