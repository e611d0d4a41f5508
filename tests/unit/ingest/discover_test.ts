import assert from "node:assert/strict";
import { join } from "node:path";
import { discover, parseFileList } from "../../../src/ingest/discover.ts";
import { withFolder } from "./workbench.ts";

const pathsIn = (folder: string, options = {}) =>
  discover([folder], options).candidates.map(({ relativePath }) => relativePath);

Deno.test("discover() finds PDFs in any case, and leaves hidden files and folders out", async () => {
  const files = {
    "b/x.PDF": "",
    "a.pdf": "",
    "a.txt": "",
    ".git/y.pdf": "",
    ".hidden.pdf": "",
    "b/c/z.Pdf": "",
  };
  await withFolder(files, (folder) => {
    assert.deepEqual(pathsIn(folder), ["a.pdf", "b/x.PDF", "b/c/z.Pdf"]);
    return Promise.resolve();
  });
});

Deno.test("discover() tells which path does not exist, and goes on with the others", async () => {
  await withFolder({ "a.pdf": "" }, (folder) => {
    const missing = join(folder, "nowhere");
    const found = discover([missing, folder, join(folder, "a.pdf", "x")]);
    assert.deepEqual(found.candidates.map(({ relativePath }) => relativePath), ["a.pdf"]);
    assert.equal(found.problems[0]?.path, missing);
    assert.equal(found.problems[0]?.reason, "it does not exist");
    assert.equal(found.problems.length, 2);
    return Promise.resolve();
  });
});

Deno.test("discover() follows links into folders once, and no link in a circle", async () => {
  await withFolder({ "real/a.pdf": "", "other/b.pdf": "" }, async (folder) => {
    await Deno.symlink("..", join(folder, "real", "up"));
    await Deno.symlink(join(folder, "real"), join(folder, "alias"));
    await Deno.symlink(join(folder, "other"), join(folder, "real", "other"));
    assert.deepEqual(pathsIn(folder), ["other/b.pdf", "real/a.pdf"]);
    assert.deepEqual(
      pathsIn(join(folder, "real")),
      ["a.pdf", "other/b.pdf", "up/real/a.pdf"].slice(0, 2),
    );
  });
});

Deno.test("discover() reports a link that leads nowhere if it is named like a PDF", async () => {
  await withFolder({ "a.pdf": "" }, async (folder) => {
    await Deno.symlink("gone", join(folder, "b.pdf"));
    await Deno.symlink("gone", join(folder, "c"));
    assert.deepEqual(pathsIn(folder), ["a.pdf", "b.pdf"]);
  });
});

Deno.test("discover() takes a file whatever its name, once, relative to its own folder", async () => {
  await withFolder({ "sub/scan": "", "sub/a.pdf": "" }, (folder) => {
    const file = join(folder, "sub", "scan");
    const { candidates } = discover([file, file, join(folder, "sub"), folder]);
    assert.deepEqual(candidates.map(({ relativePath, source }) => [relativePath, source]), [
      ["scan", "sub"],
      ["a.pdf", "sub"],
    ]);
    return Promise.resolve();
  });
});

Deno.test("include and exclude take globs, names and folders", async () => {
  const files = { "a.pdf": "", "b/x.pdf": "", "b/drafts/y.pdf": "", "c/z.bak.pdf": "" };
  await withFolder(files, (folder) => {
    assert.deepEqual(pathsIn(folder, { exclude: ["drafts/", "*.bak.pdf"] }), ["a.pdf", "b/x.pdf"]);
    assert.deepEqual(pathsIn(folder, { include: ["b/**"] }), ["b/x.pdf", "b/drafts/y.pdf"]);
    assert.deepEqual(pathsIn(folder, { include: ["x.pdf", "/c"] }), ["b/x.pdf", "c/z.bak.pdf"]);
    assert.deepEqual(pathsIn(folder, { exclude: ["/b"] }), ["a.pdf", "c/z.bak.pdf"]);
    return Promise.resolve();
  });
});

Deno.test("parseFileList() reads lines, or names between NULs", () => {
  assert.deepEqual(parseFileList("a.pdf\r\nb c.pdf\n\n"), ["a.pdf", "b c.pdf"]);
  assert.deepEqual(parseFileList("a\nb.pdf\0c.pdf\0"), ["a\nb.pdf", "c.pdf"]);
  assert.deepEqual(parseFileList(""), []);
});
