/** Bad input: one clear line, the next step, the documented exit code, and nothing else is affected. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startLaxS3 } from "../support/lax_s3.ts";
import { startMinio } from "../support/minio.ts";
import { type Ended, inFolder, runProgram } from "../support/program.ts";
import { smallPdf } from "../support/small_pdf.ts";

type Env = Record<string, string>;

/** With the file store in the test's folder. */
const withStore = (work: (folder: string, env: Env) => Promise<void>) =>
  inFolder((folder, env) =>
    work(folder, { ...env, BLOBFORGE_STORE: `file://${join(folder, "store")}` })
  );

/** Says what and what to do, in two lines, without a stack trace. */
function isClear(ended: Ended, code: number, message: RegExp): void {
  assert.equal(ended.code, code, ended.stdout + ended.stderr);
  assert.match(ended.stderr, message);
  assert.match(ended.stderr, /^hint: .{10,}$/m);
  assert.doesNotMatch(ended.stderr, /^\s+at |\.ts:\d+/m);
}

async function jsonOf(args: string[], env: Env): Promise<{ code: number; json: Report }> {
  const ended = await runProgram([...args, "--json"], env);
  return { code: ended.code, json: JSON.parse(ended.stdout) as Report };
}
type Report = { files: { path: string; outcome: string; error: { message: string } | null }[] };

Deno.test("bad files are named with their reason, and the good ones are queued", async () => {
  await withStore(async (folder, env) => {
    const library = join(folder, "library");
    await Deno.mkdir(library);
    await Deno.writeFile(join(library, "good.pdf"), smallPdf("good"));
    await Deno.writeFile(join(library, "empty.pdf"), new Uint8Array());
    await Deno.writeTextFile(join(library, "page.pdf"), "<!doctype html><html>not a PDF</html>");
    const { code, json } = await jsonOf(["ingest", library, join(folder, "nowhere")], env);
    assert.equal(code, 3);
    const reasons = new Map(json.files.map((file) => [file.path.split("/").at(-1), file]));
    assert.equal(reasons.get("good.pdf")?.outcome, "queued");
    assert.match(reasons.get("empty.pdf")?.error?.message ?? "", /empty/);
    assert.match(reasons.get("page.pdf")?.error?.message ?? "", /web page/);
    assert.match(reasons.get("nowhere")?.error?.message ?? "", /does not exist/);
    const worked = await runProgram(["worker", "--drain", "--quiet"], env);
    assert.equal(worked.code, 0, worked.stderr);
  });
});

Deno.test("a folder that is not there is told, with a code that a script sees", async () => {
  await withStore(async (folder, env) => {
    const ended = await runProgram(["ingest", join(folder, "nowhere")], env);
    assert.notEqual(ended.code, 0);
    assert.match(ended.stderr + ended.stdout, /nowhere/);
    assert.doesNotMatch(ended.stderr, /^\s+at /m);
  });
});

Deno.test("a wrong key, a missing bucket and a server that is down have codes of their own", async () => {
  const minio = await startMinio();
  try {
    await inFolder(async (_, folders) => {
      const env = { ...folders, ...minio.env(await minio.bucket()) };
      const wrong = { ...env, BLOBFORGE_S3_SECRET_ACCESS_KEY: "wrong-secret-value" };
      const denied = await runProgram(["list"], wrong);
      isClear(denied, 7, /^error: .*secret does not belong/m);
      assert.doesNotMatch(denied.stderr, /wrong-secret-value/);
      const missing = await runProgram(["list"], { ...env, BLOBFORGE_S3_BUCKET: "no-such-bucket" });
      isClear(missing, 4, /^error: .*no-such-bucket/m);
      const down = { ...env, BLOBFORGE_S3_ENDPOINT_URL: "http://127.0.0.1:9" };
      isClear(await runProgram(["list"], down), 8, /^error: .*cannot be reached/m);
    });
  } finally {
    await minio.stop();
  }
});

for (const honours of ["nothing", "conditions"] as const) {
  const lacks = honours === "nothing" ? "conditional writes" : "expiring writes";
  Deno.test(`a store without ${lacks} is refused before anything is written`, async () => {
    const server = await startLaxS3(honours);
    try {
      await inFolder(async (folder, folders) => {
        const env = {
          ...folders,
          BLOBFORGE_S3_ENDPOINT_URL: server.endpoint,
          BLOBFORGE_S3_BUCKET: "lax",
          BLOBFORGE_S3_ACCESS_KEY_ID: "any",
          BLOBFORGE_S3_SECRET_ACCESS_KEY: "any",
        };
        await Deno.writeFile(join(folder, "good.pdf"), smallPdf("good"));
        for (const words of [["ingest", join(folder, "good.pdf")], ["worker", "--drain"]]) {
          isClear(await runProgram(words, env), 6, /^error: Cannot work on s3:/m);
        }
        const doctor = await runProgram(["doctor"], env);
        assert.equal(doctor.code, 6, doctor.stdout + doctor.stderr);
        const ours = [...server.objects.keys()].filter((key) => !key.includes("registry/probe/"));
        assert.deepEqual(ours, []);
      });
    } finally {
      await server.close();
    }
  });
}

Deno.test("an encrypted and a damaged PDF are dead with the reason, the rest of the batch is done", async () => {
  await withStore(async (folder, env) => {
    const examples = new URL("../../examples/", import.meta.url).pathname;
    await Deno.writeFile(join(folder, "good.pdf"), smallPdf("good"));
    const bad = [join(examples, "encrypted.pdf"), join(examples, "damaged.pdf")];
    const ingested = await runProgram(["ingest", join(folder, "good.pdf"), ...bad], env);
    assert.equal(ingested.code, 0, ingested.stderr);
    const worked = await runProgram(["worker", "--drain", "--json"], env);
    assert.equal(worked.code, 3, worked.stderr);
    const { ends } = JSON.parse(worked.stdout) as { ends: Record<string, number> };
    assert.deepEqual([ends.done, ends.dead, ends.failed], [1, 2, 0]);
    const status = await runProgram(["status", join(examples, "encrypted.pdf")], env);
    assert.match(status.stdout, /encrypted.*password/s);
    assert.doesNotMatch(status.stdout, /source\.pdf/, "named as people know it");
  });
});
