/** A store that does not let anybody in, on a real server: one line, what to do, the documented exit code. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Minio, startMinio } from "../support/minio.ts";
import { foldersOf, runProgram } from "../support/program.ts";
import { smallPdf } from "../support/small_pdf.ts";

let minio: Minio;
let folder: string;
Deno.test.beforeAll(async () => {
  minio = await startMinio();
  folder = await Deno.makeTempDir({ prefix: "blobforge-cli-faults-" });
  await Deno.writeFile(join(folder, "a.pdf"), smallPdf("one"));
});
Deno.test.afterAll(async () => {
  await minio.stop();
  await Deno.remove(folder, { recursive: true });
});

const COMMANDS = [["list"], ["worker", "--run-once"], ["doctor", "--no-convert"]];

async function everyCommandIs(exit: number, env: Record<string, string>, hint: RegExp) {
  for (const command of [...COMMANDS, ["ingest", join(folder, "a.pdf")]]) {
    const said = await runProgram(command, { ...env, ...foldersOf(folder) });
    const all = said.stdout + said.stderr;
    assert.equal(said.code, exit, `${command}: ${all}`);
    assert.match(all, hint, `${command}`);
    assert.doesNotMatch(all, /\n {4}at /, "no stack trace");
    if (command[0] !== "doctor") assert.match(said.stderr, /(^|\n)error: [^\n]+\nhint: [^\n]+\n$/);
  }
}

Deno.test("a bucket that is not there is exit code 4, with the way to create it", async () => {
  await everyCommandIs(4, minio.env("not-there"), /bucket/);
});

Deno.test("a wrong key is exit code 7, and is not shown", async () => {
  const env = minio.env(await minio.bucket());
  await everyCommandIs(7, { ...env, BLOBFORGE_S3_SECRET_ACCESS_KEY: "wrong-secret" }, /KEY/);
});

Deno.test("a good store is healthy, and works for a whole run", async () => {
  const env = { ...minio.env(await minio.bucket()), ...foldersOf(folder) };
  const doctor = await runProgram(["doctor", "--json"], env);
  assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
  assert.equal((await runProgram(["ingest", join(folder, "a.pdf")], env)).code, 0);
  const worker = await runProgram(["worker", "--drain"], env);
  assert.equal(worker.code, 0, worker.stderr);
  const got = await runProgram(["get", "a.pdf", "-o", join(folder, "out"), "--json"], env);
  assert.equal(got.code, 0, got.stdout + got.stderr);
});
