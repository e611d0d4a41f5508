/** A PDF of 300 MB and a result of 300 MB go through a process that stays small, on both stores. */
import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import yazl from "yazl";
import { hashFile } from "../../src/library/local_file.ts";
import { startMinio } from "../support/minio.ts";
import { withFolder } from "../unit/ingest/workbench.ts";

const SIZE = 300 * 1024 * 1024;
const LIMIT_MB = 250;

async function bigFile(path: string): Promise<string> {
  await Deno.writeTextFile(path, "%PDF-1.7\n");
  await Deno.truncate(path, SIZE); // a hole: costs no disk
  return path;
}

async function bigZip(path: string, content: string): Promise<string> {
  const zip = new yazl.ZipFile();
  zip.addFile(content, "big.md", { compress: false });
  zip.end();
  const out = createWriteStream(path);
  zip.outputStream.pipe(out);
  await new Promise((resolve, reject) => out.on("close", resolve).on("error", reject));
  return path;
}

async function runProgram(folder: string, store: string, env: Record<string, string>) {
  const pdf = await bigFile(join(folder, "big.pdf"));
  const zip = await bigZip(join(folder, "big.zip"), pdf);
  const { hash } = await hashFile(pdf);
  const to = join(folder, "to");
  const run = (verb: string, what: string) => runVerb([verb, what, to, store], env);
  const ingested = await run("ingest", pdf);
  assert.deepEqual([ingested.outcome, ingested.hash], ["queued", hash]);
  await run("source", hash);
  assert.equal((await hashFile(join(to, "back.pdf"))).hash, hash);
  await run("result", zip);
  assert.equal((await hashFile(join(to, "out", "big.md"))).hash, hash);
}

async function runVerb(words: string[], env: Record<string, string>) {
  const program = fileURLToPath(new URL("big_file_program.ts", import.meta.url));
  const args = ["run", "-A", "--quiet", program, ...words];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  const { answer, peakMb } = JSON.parse(new TextDecoder().decode(stdout));
  assert.ok(peakMb < LIMIT_MB, `${words[0]} took ${Math.round(peakMb)} MB`);
  console.log(`${words[0]}: peak of ${Math.round(peakMb)} MB`);
  return answer;
}

Deno.test({
  name: "a PDF of 300 MB goes into a file store and back in constant memory",
  ignore: Deno.build.os !== "linux", // the peak is read from /proc
  fn: () => withFolder({}, (folder) => runProgram(folder, `file://${join(folder, "store")}`, {})),
});

Deno.test({
  name: "a PDF of 300 MB goes to MinIO and back in constant memory",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withFolder({}, async (folder) => {
      const minio = await startMinio();
      try {
        const bucket = await minio.bucket();
        await runProgram(folder, `s3://${bucket}/pdf/`, minio.env(bucket, "pdf/"));
      } finally {
        await minio.stop();
      }
    }),
});
