/** What is only true of the compiled binary. Where it could not be compiled, the sources are run, as scripts/test.ts says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import project from "../../deno.json" with { type: "json" };
import { hostEvent } from "../../src/convert/protocol.ts";
import { type Ended, runProgram } from "../support/program.ts";

const BINARY = Deno.env.get("BLOBFORGE_BIN");

/** A home with nothing in it, as on the machine of someone who downloaded the program. */
async function inEmptyFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-build-" });
  try {
    return await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The sources need Deno's cache; the binary is not to find one. */
function run(args: string[], folder: string): Promise<Ended> {
  return runProgram(args, BINARY ? { HOME: folder, DENO_DIR: join(folder, "deno") } : {});
}

Deno.test("the program says which release and which sources it was built from", async () => {
  await inEmptyFolder(async (folder) => {
    const { code, stdout, stderr } = await run(["--version"], folder);
    assert.equal(code, 0, stderr);
    const sources = BINARY ? "([0-9a-f]{10}(, changed)?|no git)" : "from source";
    const release = project.version.replaceAll(".", "\\.");
    assert.match(stdout, new RegExp(`^blobforge ${release} \\(${sources}\\)\\n$`));
  });
});

Deno.test("the program starts as its own lite host, engine included, and ends with its stdin", async () => {
  await inEmptyFolder(async (folder) => {
    const { code, stdout, stderr } = await run(["host", "lite"], folder);
    assert.equal(code, 0, stderr);
    const event = hostEvent.parse(JSON.parse(stdout.split("\n")[0]!));
    assert.equal(event.type, "ready", stdout);
  });
});

Deno.test("every command's code is in the program: each shows its help", async () => {
  await inEmptyFolder(async (folder) => {
    const { COMMANDS } = await import("../../src/cli/command_table.ts");
    for (const { name } of COMMANDS) {
      const { code, stdout, stderr } = await run([name, "--help"], folder);
      assert.equal(code, 0, `${name}: ${stderr}`);
      assert.match(stdout, /Examples:/, name);
    }
  });
});
