import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { packageResult } from "../../../src/convert/package_result.ts";
import { sha256Hex } from "../../../src/store/verified_body.ts";
import { failureOf } from "./with_host.ts";
import { CONVERSION, ORIGIN, writeResult } from "./package_fixture.ts";

type Temp = { folder: string; zip: string };

async function inTemp(run: (temp: Temp) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  const folder = `${root}/out`;
  await Deno.mkdir(folder);
  await writeResult(folder);
  try {
    await run({ folder, zip: `${root}/result.zip` });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const sizeOf = (text: string) => new TextEncoder().encode(text).length;

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Python reads the zip: a second program, written by others. */
function python(script: string, ...args: string[]): unknown {
  // The test's own setting; the program reads its environment in src/cli only.
  const program = Deno.env.get("BLOBFORGE_TEST_PYTHON") ?? "python3";
  const { success, stdout, stderr } = new Deno.Command(program, { args: ["-c", script, ...args] })
    .outputSync();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const READ_ZIP = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({
        "entries": [[i.filename, i.file_size, i.compress_type, list(i.date_time), i.flag_bits >> 11 & 1,
                     i.external_attr >> 16] for i in z.infolist()],
        "info": json.loads(z.read("info.json")),
        "markdown": z.read("Überblick.md").decode(),
    }))`;

Deno.test("Python's zipfile reads a result: Markdown named after the PDF, images, info.json", () =>
  inTemp(async ({ folder, zip }) => {
    const { info } = await packageResult(folder, CONVERSION, ORIGIN, zip);
    const read = python(READ_ZIP, zip) as { entries: unknown[][]; info: unknown; markdown: string };
    const dos = [1980, 1, 1, 0, 0, 0];
    assert.deepEqual(read.entries, [
      ["a.png", 3, 0, dos, 1, 0o100644],
      ["img/b.jpg", 5000, 0, dos, 1, 0o100644],
      ["info.json", sizeOf(`${JSON.stringify(info, null, 2)}\n`), 8, dos, 1, 0o100644],
      ["Überblick.md", sizeOf(read.markdown), 8, dos, 1, 0o100644],
    ]);
    assert.equal(read.markdown, "# T\n\n![](a.png) ![](img/b.jpg) ![](c.png)\n");
    assert.deepEqual(read.info, info);
  }));

Deno.test("info.json tells where a result comes from and what it lacks", () =>
  inTemp(async ({ folder, zip }) => {
    const { info } = await packageResult(folder, CONVERSION, ORIGIN, zip);
    assert.deepEqual(info, {
      hash: "ab".repeat(32),
      converted_at: "2026-01-02T03:04:05.000Z",
      worker_id: "worker-1",
      original_filename: "Überblick.pdf",
      tags: ["rules", "日本"],
      size_bytes: 4711,
      attempt: "0123",
      converter: "lite",
      converter_version: "1.0",
      duration_s: 12.35,
      pages: 3,
      needs_ocr: [2],
      warnings: ["odd", "image is missing: c.png"],
      markdown: "Überblick.md",
      images: 2,
    });
  }));

Deno.test("a body states its size and hash, and can be opened again and left half-read", () =>
  inTemp(async ({ folder, zip }) => {
    await Deno.writeFile(`${folder}/big.png`, new Uint8Array(3_000_000));
    const { body } = await packageResult(folder, CONVERSION, ORIGIN, zip);
    for await (const chunk of body.open()) {
      if (chunk.length > 0) break;
    }
    body.open(); // never read: nothing stays open
    for (let i = 0; i < 2; i++) {
      const bytes = new Uint8Array(await new Response(body.open()).arrayBuffer());
      assert.deepEqual([bytes.length, sha256Hex(bytes)], [body.size, body.sha256]);
    }
  }));

Deno.test("equal input gives equal bytes in every time zone, whatever the files' times", () =>
  inTemp(async ({ folder, zip }) => {
    const script = fileURLToPath(new URL("package_fixture.ts", import.meta.url));
    const args = ["run", "--quiet", "-A", script, folder, zip];
    const hashes: string[] = [];
    for (const TZ of ["UTC", "Pacific/Kiritimati", "America/St_Johns"]) {
      await Deno.utime(`${folder}/a.png`, 1e9 + hashes.length * 1e6, 1e9 + hashes.length * 1e6);
      const { code } = await new Deno.Command(Deno.execPath(), { args, env: { TZ } }).output();
      assert.equal(code, 0);
      hashes.push(sha256Hex(await Deno.readFile(zip)));
    }
    assert.equal(new Set(hashes).size, 1);
  }));

Deno.test("another attempt gives other bytes", () =>
  inTemp(async ({ folder, zip }) => {
    const one = await packageResult(folder, CONVERSION, ORIGIN, zip);
    const two = await packageResult(folder, CONVERSION, { ...ORIGIN, attempt: "4567" }, zip);
    assert.notEqual(one.body.sha256, two.body.sha256);
  }));

Deno.test("a name that an image bears already is left to the image", () =>
  inTemp(async ({ folder, zip }) => {
    await Deno.writeTextFile(`${folder}/überblick.MD`, "an attachment");
    const { info } = await packageResult(folder, CONVERSION, ORIGIN, zip);
    assert.equal(info.markdown, "source.md");
  }));

Deno.test("of many missing images twenty are named and the rest counted", () =>
  inTemp(async ({ folder, zip }) => {
    const links = Array.from({ length: 25 }, (_, i) => `![](x${i}.png)`);
    await Deno.writeTextFile(`${folder}/source.md`, links.join("\n"));
    const { info } = await packageResult(folder, { ...CONVERSION, warnings: [] }, ORIGIN, zip);
    assert.equal(info.warnings.length, 21);
    assert.equal(info.warnings[20], "5 more images are missing");
  }));

const SPOILERS: [string, (folder: string) => Promise<void> | void, RegExp][] = [
  [
    "a link to a file",
    (to) => Deno.symlink("/etc/passwd", `${to}/x.png`),
    /"x.png" is not a plain/,
  ],
  [
    "a link to a folder",
    (to) => Deno.symlink("/etc", `${to}/img/etc`),
    /"img\/etc" is not a plain/,
  ],
  ["a link as Markdown", async (to) => {
    await Deno.rename(`${to}/source.md`, `${to}/real.md`);
    await Deno.symlink("real.md", `${to}/source.md`);
  }, /"source.md" is not a plain/],
  ["a pipe", (to) => {
    new Deno.Command("mkfifo", { args: [`${to}/pipe`] }).outputSync();
  }, /"pipe" is not a plain/],
  ["a backslash in a name", (to) => Deno.writeTextFile(`${to}/..\\x.png`, ""), /not a usable name/],
  ["a line end in a name", (to) => Deno.writeTextFile(`${to}/a\nb.png`, ""), /not a usable name/],
  ["an info.json", (to) => Deno.writeTextFile(`${to}/Info.JSON`, ""), /info.json/],
  ["no Markdown", (to) => Deno.remove(`${to}/source.md`), /"source.md" is missing/],
  ["no folder at all", (to) => Deno.remove(to, { recursive: true }), /cannot be read/],
];

for (const [what, spoil, why] of SPOILERS) {
  Deno.test(`a folder with ${what} is no result`, () =>
    inTemp(async ({ folder, zip }) => {
      await spoil(folder);
      const error = await failureOf(packageResult(folder, CONVERSION, ORIGIN, zip));
      assert.deepEqual([error.kind, error.reason], ["transient", "bad-result"]);
      assert.match(error.message, why);
      assert.equal(await exists(zip), false);
    }));
}

Deno.test("a zip that cannot be written is an error, and no half of it is left", () =>
  inTemp(async ({ folder }) => {
    await assert.rejects(packageResult(folder, CONVERSION, ORIGIN, `${folder}/no/such/x.zip`));
  }));
