import assert from "node:assert/strict";
import { LITE_VERSION } from "../../../../src/convert/lite/host.ts";
import { loadPdfiumWasm } from "../../../../src/convert/lite/pdfium_wasm.ts";
import { hostEvent } from "../../../../src/convert/protocol.ts";
import { textColumn, writePdf } from "../../../support/pdf_writer.ts";

const MAIN = new URL("../../../../src/convert/lite/lite_main.ts", import.meta.url);
const CONFIG = new URL("../../../../deno.json", import.meta.url);

Deno.test("the version names the pdfium that deno.json pins", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(CONFIG));
  const pinned = imports["@embedpdf/pdfium"].split("@").at(-1);
  assert.equal(LITE_VERSION, `lite 1 (pdfium ${pinned})`);
});

Deno.test("loadPdfiumWasm() finds the bytes in the npm package", async () => {
  const bytes = await loadPdfiumWasm();
  assert.deepEqual([...bytes.subarray(0, 4)], [0, 0x61, 0x73, 0x6d]);
});

Deno.test("as a process the host speaks the protocol only, whatever else is printed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "lite-main-" });
  try {
    await Deno.mkdir(`${folder}/out`);
    const pdf = writePdf([{ texts: textColumn(["A page with words enough to be read as text."]) }]);
    await Deno.writeFile(`${folder}/in.pdf`, pdf);
    // A program that starts the host as the binary does, with code that prints meanwhile.
    const program = `import { main } from ${JSON.stringify(MAIN.href)};
      const serving = main();
      console.log("a stray print"); console.info("another"); console.warn("a third");
      await serving;`;
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", CONFIG.pathname, `${folder}/program.ts`],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const input = child.stdin.getWriter();
    const request = { type: "convert", id: 1, pdf: `${folder}/in.pdf`, out: `${folder}/out` };
    await input.write(new TextEncoder().encode(JSON.stringify(request)));
    await input.close();
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0);
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    const events = lines.map((line) => hostEvent.parse(JSON.parse(line)).type);
    assert.deepEqual(events, ["ready", "progress", "progress", "done"]);
    const log = new TextDecoder().decode(stderr);
    assert.ok(["a stray print", "another", "a third"].every((text) => log.includes(text)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
