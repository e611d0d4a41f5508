import assert from "node:assert/strict";
import { writeZip, type ZipEntry } from "../../../src/convert/write_zip.ts";

async function inTemp(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const file = (name: string, path: string): ZipEntry => ({ name, file: path, compress: true });

for (
  const [what, spoil] of [
    ["is gone", (path: string) => Deno.remove(path)],
    ["became a link", async (path: string) => {
      await Deno.remove(path);
      await Deno.symlink("/etc/passwd", path);
    }],
    ["became a folder", async (path: string) => {
      await Deno.remove(path);
      await Deno.mkdir(path);
    }],
    ["became a pipe", async (path: string) => {
      await Deno.remove(path);
      await new Deno.Command("mkfifo", { args: [path] }).output();
    }],
  ] as const
) {
  Deno.test(`writeZip() fails when a file ${what} since it was listed, and leaves nothing`, () =>
    inTemp(async (folder) => {
      await Deno.writeFile(`${folder}/one`, new Uint8Array(300_000));
      await Deno.writeTextFile(`${folder}/two`, "x");
      await spoil(`${folder}/two`);
      const entries = [file("one", `${folder}/one`), file("two", `${folder}/two`)];
      await assert.rejects(writeZip(`${folder}/x.zip`, entries));
      await assert.rejects(Deno.lstat(`${folder}/x.zip`), Deno.errors.NotFound);
    }));
}

Deno.test("writeZip() fails on a full disk and lets go of every file", {
  ignore: Deno.build.os !== "linux", // only Linux has a device that is always full
}, () =>
  inTemp(async (folder) => {
    await Deno.writeFile(`${folder}/one`, crypto.getRandomValues(new Uint8Array(60_000)));
    await Deno.symlink("/dev/full", `${folder}/x.zip`);
    await assert.rejects(
      writeZip(`${folder}/x.zip`, [file("one", `${folder}/one`)]),
      /ENOSPC|No space left/,
    );
  }));

Deno.test("writeZip() refuses a name that leads out of the zip", () =>
  inTemp(async (folder) => {
    const entry = { name: "../x", bytes: new Uint8Array(1), compress: false };
    await assert.rejects(writeZip(`${folder}/x.zip`, [entry]), /invalid relative path/);
  }));
