import assert from "node:assert/strict";
import { join } from "node:path";
import type { BlobForgeError } from "../../../src/base/errors.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { Results } from "../../../src/library/get.ts";
import { outKey } from "../../../src/queue/layout.ts";
import { MeteredStore } from "../../../src/store/metered_store.ts";
import { hashOf, memory, withFolder, type ZipEntry, zipOf } from "./workbench.ts";

const hash = hashOf("a book");
const infoOf = (name: string, of = hash) =>
  JSON.stringify({ hash: of, original_filename: name, pages: 3 });
const GOOD: ZipEntry[] = [
  { name: "book.md", text: "# Book" },
  { name: "images/", mode: 0o040755 },
  { name: "images/1.png", text: "png" },
  { name: "info.json", text: infoOf("book.pdf") },
];

async function withResult(
  zip: ZipEntry[] | Uint8Array,
  work: (bench: { results: Results; folder: string; store: MeteredStore }) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const store = new MeteredStore(memory());
    const bytes = zip instanceof Uint8Array ? zip : zipOf(zip);
    await store.put(outKey(hash), bytes, { kind: "absent" });
    const results = new Results({ store, random: seededRandom(1) });
    await work({ results, folder, store });
  });
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("fetch() extracts into a folder named like the PDF, and leaves nothing else", async () => {
  await withResult(GOOD, async ({ results, folder }) => {
    const out = join(folder, "new", "out");
    const result = await results.fetch(hash, { outDir: out });
    assert.deepEqual(result, {
      hash,
      folder: join(out, "book"),
      markdown: join(out, "book", "book.md"),
      files: ["book.md", "images/1.png", "info.json"],
      info: { hash, original_filename: "book.pdf", pages: 3 },
      placed: "created",
    });
    assert.equal(await Deno.readTextFile(join(out, "book", "images", "1.png")), "png");
    assert.deepEqual(namesIn(out), ["book"]);
  });
});

Deno.test("fetch() finds the Markdown of the original's results too", async () => {
  const cases: [ZipEntry[], string | null][] = [
    [
      [{ name: "source.md" }, { name: "readme.md" }, { name: "info.json", text: infoOf("b.pdf") }],
      "source.md",
    ],
    [[{ name: "b/b.md" }, { name: "b/info.json", text: infoOf("b.pdf") }], "b/b.md"],
    [[{ name: "whatever.md" }], "whatever.md"],
    [[{ name: "x/y/deep.md" }, { name: "a.txt" }], null],
    [[{ name: "info.json", text: "[]" }, { name: "source.md" }], "source.md"],
    [[{ name: "info.json", text: "no json" }], null],
    [[], null],
  ];
  for (const [zip, markdown] of cases) {
    await withResult(zip, async ({ results, folder }) => {
      const result = await results.fetch(hash, { folder: join(folder, "to") });
      assert.equal(result.markdown, markdown === null ? null : join(folder, "to", markdown));
    });
  }
});

Deno.test("fetch() refuses every zip that would write elsewhere, or too much, and writes nothing", async () => {
  const zeros = "\0".repeat(70 * 1024 * 1024);
  const bad: [ZipEntry[], RegExp][] = [
    [[{ name: "../evil.md" }], /\.\./],
    [[{ name: "a/../../evil.md" }], /\.\./],
    [[{ name: "/etc/evil.md" }], /absolute/],
    [[{ name: "C:/evil.md" }], /absolute|drive/],
    [[{ name: "c:evil.md" }], /absolute|drive/],
    [[{ name: "..\\evil.md" }], /invalid characters|backslash/],
    [[{ name: "a\0.md" }], /NUL/],
    [[{ name: "a//b.md" }], /empty part/],
    [[{ name: "./b.md" }], /empty part/],
    [[{ name: "" }], /empty part/],
    [[{ name: "link", text: "/etc/passwd", mode: 0o120777 }], /no plain file/],
    [[{ name: "pipe", mode: 0o010644 }], /no plain file/],
    [[{ name: "a.md" }, { name: "a.md", text: "other" }], /twice/],
    [[{ name: "a" }, { name: "a/b.md" }], /both a file and a folder/],
    [[{ name: "a.md", text: "x", crc: 1 }], /damaged \(CRC\)/],
    [[{ name: "a.md", text: "xxxx", size: 2 }], /./],
    [[{ name: "a.md", text: "xx", size: 20 }], /./],
    [[{ name: "a.md", text: "x", flags: 0x801 }], /encrypted/],
    [[{ name: "bomb", text: zeros }], /times its size/],
    [[{ name: "huge", text: "x", size: 0xfffffff0 }, {
      name: "huge2",
      text: "x",
      size: 0xfffffff0,
    }], /times its size|more than/],
  ];
  for (const [zip, why] of bad) {
    await withResult(zip, async ({ results, folder }) => {
      const out = join(folder, "out");
      await assert.rejects(results.fetch(hash, { outDir: out }), (error: BlobForgeError) => {
        assert.equal(error.code, "bad-input", error.message);
        assert.match(error.message, why);
        assert.ok(error.message.includes(outKey(hash)));
        return !error.message.includes("\n");
      }, JSON.stringify(zip[0]?.name));
      assert.deepEqual(namesIn(out), []);
      assert.deepEqual(namesIn(folder), ["out"]);
    });
  }
});

Deno.test("a result that is no whole zip is an error that names its key", async () => {
  const good = zipOf(GOOD);
  const bad = [
    new Uint8Array(),
    new TextEncoder().encode("not a zip"),
    good.slice(0, good.length - 30),
    good.slice(40),
    good.map((byte, at) => at > 10 && at < 60 ? byte ^ 0xff : byte),
  ];
  for (const [at, bytes] of bad.entries()) {
    await withResult(bytes, async ({ results, folder }) => {
      const asks = [() => results.fetch(hash, { outDir: folder })];
      if (at < 3) asks.push(() => results.info(hash).then(() => assert.fail("read")));
      for (const ask of asks) {
        await assert.rejects(
          ask(),
          (error: BlobForgeError) =>
            error.code === "bad-input" && error.message.includes(outKey(hash)),
          `case ${at}`,
        );
      }
      assert.deepEqual(namesIn(folder), []);
    });
  }
});

Deno.test("fetching again changes nothing, and never overwrites what somebody edited, unless forced", async () => {
  await withResult(GOOD, async ({ results, folder }) => {
    await results.fetch(hash, { outDir: folder });
    assert.equal((await results.fetch(hash, { outDir: folder })).placed, "unchanged");
    const markdown = join(folder, "book", "book.md");
    await Deno.writeTextFile(markdown, "# edited");
    await Deno.writeTextFile(join(folder, "book", "notes.txt"), "mine");
    await assert.rejects(
      results.fetch(hash, { outDir: folder }),
      (error: BlobForgeError) => error.code === "conflict" && /--force/.test(error.hint ?? ""),
    );
    assert.equal(await Deno.readTextFile(markdown), "# edited");
    const forced = await results.fetch(hash, { outDir: folder }, { force: true });
    assert.equal(forced.placed, "replaced");
    assert.equal(await Deno.readTextFile(markdown), "# Book");
    assert.equal(await Deno.readTextFile(join(folder, "book", "notes.txt")), "mine");
    assert.deepEqual(namesIn(folder), ["book"]);
  });
});

Deno.test("a folder of another document is left alone: digits of the hash are added", async () => {
  await withResult(GOOD, async ({ results, folder }) => {
    await Deno.mkdir(join(folder, "book"));
    await Deno.writeTextFile(
      join(folder, "book", "info.json"),
      infoOf("book.pdf", hashOf("other")),
    );
    const { folder: target } = await results.fetch(hash, { outDir: folder }, { force: true });
    assert.equal(target, join(folder, `book-${hash.slice(0, 8)}`));
    assert.equal((await results.fetch(hash, { outDir: folder })).placed, "unchanged");
  });
});

Deno.test("a folder that was asked for must be free; an empty one is", async () => {
  await withResult(GOOD, async ({ results, folder }) => {
    await Deno.mkdir(join(folder, "empty"));
    assert.equal((await results.fetch(hash, { folder: join(folder, "empty") })).placed, "created");
    await Deno.writeTextFile(join(folder, "file"), "x");
    await assert.rejects(
      results.fetch(hash, { folder: join(folder, "file") }),
      /other files are there/,
    );
  });
});

Deno.test("names in info.json that lead elsewhere only name a folder", async () => {
  const names: [string, string][] = [
    ["../../evil.pdf", "evil"],
    ["..", hash.slice(0, 12)],
    ["C:\\x\\evil?.PDF", "evil_"],
    ["a\0b.pdf", "a_b"],
    ["  .hidden. .pdf", "hidden"],
    ["ü".repeat(300) + ".pdf", "ü".repeat(60)],
  ];
  for (const [name, expected] of names) {
    await withResult([{ name: "info.json", text: infoOf(name) }], async ({ results, folder }) => {
      const { folder: target } = await results.fetch(hash, { outDir: folder });
      assert.equal(target, join(folder, expected));
    });
  }
});

Deno.test("no result is not-found, for every way to ask", async () => {
  await withResult(GOOD, async ({ results, folder }) => {
    const other = hashOf("unknown");
    const asks = [
      () => results.fetch(other, { outDir: folder }),
      () => results.info(other),
      () => results.saveZip(other, join(folder, "a.zip")),
    ];
    for (const ask of asks) {
      await assert.rejects(ask(), (error: BlobForgeError) => error.code === "not-found");
    }
    assert.equal(await results.open(other), null);
    assert.deepEqual(namesIn(folder), []);
  });
});

Deno.test("saveZip() keeps the bytes, and does not overwrite unless forced", async () => {
  await withResult(GOOD, async ({ results, folder }) => {
    const path = join(folder, "book.zip");
    assert.equal((await results.saveZip(hash, path)).size, zipOf(GOOD).length);
    assert.deepEqual(await Deno.readFile(path), zipOf(GOOD));
    await assert.rejects(
      results.saveZip(hash, path),
      (error: BlobForgeError) => error.code === "conflict",
    );
    await results.saveZip(hash, path, { force: true });
    assert.deepEqual(namesIn(folder), ["book.zip"]);
  });
});

Deno.test("info() reads only the end of a big result", async () => {
  const noise = Array.from({ length: 60_000 }, (_, at) => hashOf(`${at}`)).join("");
  const big = [{ name: "info.json", text: infoOf("book.pdf") }, { name: "big.md", text: noise }];
  await withResult(big, async ({ results, store }) => {
    const before = store.snapshot().total;
    assert.deepEqual(await results.info(hash), { hash, original_filename: "book.pdf", pages: 3 });
    assert.ok(store.snapshot().total - before <= 4, "a few requests");
  });
  await withResult([{ name: "a.md" }], async ({ results }) => {
    assert.deepEqual(await results.info(hash), {});
  });
});

Deno.test("an abort while fetching leaves nothing", async () => {
  await withResult(GOOD, async ({ results, folder }) => {
    const control = new AbortController();
    control.abort(new Error("stop"));
    await assert.rejects(
      results.fetch(hash, { outDir: folder }, { signal: control.signal }),
      /stop/,
    );
    assert.deepEqual(namesIn(folder), []);
  });
});
