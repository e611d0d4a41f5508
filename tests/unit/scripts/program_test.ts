import assert from "node:assert/strict";
import { join } from "node:path";
import { program } from "../../../scripts/lib/program.ts";
import { StepFailed } from "../../../scripts/lib/step.ts";

/** A folder whose `main.ts` stands for the program. */
async function withProgram(code: string, run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-program-" });
  try {
    await Deno.writeTextFile(join(folder, "main.ts"), code);
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const env = { DENO_NO_UPDATE_CHECK: "1" };
const answer = (value: object, code: number) =>
  `console.log(${JSON.stringify(JSON.stringify(value))}); Deno.exit(${code});`;

Deno.test("ask() takes exit code 3, some items failed, for an answer", async () => {
  await withProgram(answer({ files: [] }, 3), async (root) => {
    assert.deepEqual(await program({ root, env }).ask(["ingest"]), { files: [] });
  });
});

Deno.test("ask() fails with the program's own message and hint", async () => {
  const error = { code: "usage", message: "No folder is named", hint: "Name one" };
  await withProgram(answer({ error }, 2), async (root) => {
    await assert.rejects(program({ root, env }).ask(["ingest"]), (failed: unknown) => {
      assert.ok(failed instanceof StepFailed);
      assert.match(failed.message, /exit code 2\n {2}No folder is named\n {2}Name one$/);
      return true;
    });
  });
});

Deno.test("ask() fails with stderr when the program crashed without an answer", async () => {
  await withProgram(`console.error("boom"); Deno.exit(0);`, async (root) => {
    await assert.rejects(program({ root, env }).ask(["list"]), /exit code 0\n {2}boom/);
  });
});

Deno.test("log() keeps both streams in the file and gives the exit code", async () => {
  const code = `console.log("out " + Deno.args); console.error("err"); Deno.exit(3);`;
  await withProgram(code, async (root) => {
    const file = join(root, "worker.log");
    assert.equal(await program({ root, env }).log(["worker", "--drain"], file), 3);
    const text = await Deno.readTextFile(file);
    assert.match(text, /out worker,--drain/);
    assert.match(text, /err/);
  });
});
