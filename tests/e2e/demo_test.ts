/** `deno task demo` as a reader runs it: on real papers, and on the project's own examples. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../support/program.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("the demo converts the examples and explains the three that cannot be read", async () => {
  await inFolder(async (folder) => {
    const said = await demo(folder, []);
    assert.match(said, /^3 of 6 PDFs became Markdown\.$/m);
    for (const name of ["manual", "paper", "rulebook"]) assert.match(said, ok(name));
    assert.match(said, /^no +damaged\.pdf .*damaged/m);
    assert.match(said, /^no +encrypted\.pdf .*password/m);
    assert.match(said, /^no +scan\.pdf .*pictures of text/m);
    const kept = /^All of it is kept in (.+)$/m.exec(said)?.[1];
    const markdown = await Deno.readTextFile(join(kept!, "markdown", "paper", "paper.md"));
    assert.match(markdown, /^# A Bell Remembers the Weather/m);
    await Deno.remove(kept!, { recursive: true });
  });
});

Deno.test("the demo converts a folder of real papers that an npm package ships", async () => {
  await inFolder(async (folder) => {
    const papers = await papersOfPdfParse();
    const said = await demo(folder, [papers]);
    const names = [...Deno.readDirSync(papers)].map(({ name }) => name)
      .filter((name) => name.endsWith(".pdf")).map((name) => name.slice(0, -".pdf".length));
    assert.ok(names.length >= 4, names.join());
    const valid = names.filter((name) => !name.includes("invalid"));
    for (const name of valid) assert.match(said, ok(name));
    assert.match(said, /^no +03-invalid\.pdf .*damaged/m);
  });
});

/** A folder of real PDFs of all kinds, which cannot be shipped. */
const MORE_PDFS = Deno.env.get("BLOBFORGE_TEST_PDFS");

Deno.test({
  name: "the demo says of every PDF in BLOBFORGE_TEST_PDFS what became of it, where that is set",
  ignore: !MORE_PDFS,
  async fn() {
    await inFolder(async (folder) => {
      const said = await demo(folder, [MORE_PDFS!]);
      const names = [...Deno.readDirSync(MORE_PDFS!)].map(({ name }) => name)
        .filter((name) => name.endsWith(".pdf"));
      for (const name of names) assert.match(said, new RegExp(`^(ok|no) +${name}`, "m"));
      const good = [...said.matchAll(/^ok /gm)].length;
      assert.ok(good >= names.length / 2, said);
    });
  },
});

function ok(name: string): RegExp {
  const title = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^ok +${title}\\.pdf`, "m");
}

async function demo(folder: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", join(ROOT, "scripts", "demo.ts"), ...args],
    env: { TMPDIR: folder, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stdout) + text(stderr));
  return text(stdout);
}

/** pdf-parse 1.1.1 brings papers for its own tests; Deno keeps the whole package in its cache. */
async function papersOfPdfParse(): Promise<string> {
  await deno(["cache", "--no-config", "--no-lock", "npm:pdf-parse@1.1.1"]);
  const { npmCache } = JSON.parse(await deno(["info", "--json"])) as { npmCache: string };
  const folders = [...Deno.readDirSync(npmCache)]
    .map(({ name }) => join(npmCache, name, "pdf-parse", "1.1.1", "test", "data"));
  const found = folders.find((folder) => existsSync(folder));
  assert.ok(found, `no papers in ${npmCache}`);
  return found;
}

async function deno(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
