/** What only a real process shows: signals, pipes, where things go, how soon it starts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { foldersOf, programChild, programCommand, runProgram } from "../support/program.ts";

async function inFolder(work: (folder: string, env: Record<string, string>) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-cli-" });
  try {
    await work(folder, foldersOf(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("without a choice the user's own folder is the store, and stderr says so", async () => {
  await inFolder(async (folder, env) => {
    const said = await runProgram(["list"], { ...env, XDG_DATA_HOME: join(folder, "data") });
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stderr, /^Using the store file:.*blobforge\/store\/? \(choose another/);
    assert.match(said.stdout, /^state +jobs\n/);
    for (const flag of ["--quiet", "--json"]) {
      assert.equal((await runProgram(["list", flag], env)).stderr, "");
    }
    const chosen = await runProgram(["list", "--store", join(folder, "other")], env);
    assert.equal(chosen.stderr, "");
  });
});

Deno.test("a server that is not there is exit code 8, a line and a hint", async () => {
  await inFolder(async (_folder, env) => {
    const said = await runProgram(["list"], {
      ...env,
      BLOBFORGE_S3_ENDPOINT_URL: "http://127.0.0.1:9",
      BLOBFORGE_S3_ACCESS_KEY_ID: "key",
      BLOBFORGE_S3_SECRET_ACCESS_KEY: "very-secret",
    });
    assert.equal(said.code, 8, said.stderr);
    assert.match(said.stderr, /^error: .*cannot be reached.*\nhint: .+\n$/);
    assert.ok(!said.stderr.includes("very-secret"));
  });
});

Deno.test("SIGTERM ends an idle worker with 143, its log is on stderr", async () => {
  await inFolder(async (folder, env) => {
    const child = programChild(["worker", "--store", join(folder, "store")], env).spawn();
    const stdout = new Response(child.stdout).text();
    let log = "";
    let asked = false;
    const reader = child.stderr.pipeThrough(new TextDecoderStream());
    for await (const text of reader) {
      log += text;
      if (asked || !log.includes("worker started")) continue;
      asked = true;
      child.kill("SIGTERM");
    }
    assert.equal((await child.status).code, 143, log);
    assert.match(log, /"msg":"worker stopped"/);
    assert.match(await stdout, /^Nothing waits\./);
  });
});

Deno.test("a reader that stops reading ends it quietly", async () => {
  const command = [...programCommand(), "--help"].map((word) => `'${word}'`).join(" ");
  const script = `set -o pipefail; ${command} | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script] }).output();
  assert.equal(new TextDecoder().decode(stdout), "0\n");
  assert.equal(new TextDecoder().decode(stderr), "");
});
