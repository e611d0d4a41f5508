/** 300 PDFs, a MinIO, four worker processes: every PDF once, and few requests, counted at the server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { foldersOf, programChild, runProgram } from "../support/program.ts";
import { type CountingProxy, type Seen, startCountingProxy } from "../support/counting_proxy.ts";
import { startMinio } from "../support/minio.ts";
import { smallPdf } from "../support/small_pdf.ts";

const PDFS = 300;
const WORKERS = 4;
/** Requests of one job from its claim to its end: claim, T, O?, source, O, two deletes, and its share of LISTs. */
const BUDGET = 7.5;

Deno.test("four workers convert 300 PDFs on MinIO, each once, within the request budget", async () => {
  const minio = await startMinio();
  const folder = await Deno.makeTempDir({ prefix: "blobforge-fleet-" });
  const bucket = await minio.bucket();
  const proxy = await startCountingProxy(minio.endpoint, `/${bucket}/pdf/`);
  const env = {
    ...minio.env(bucket),
    ...foldersOf(folder),
    BLOBFORGE_S3_ENDPOINT_URL: proxy.endpoint,
    BLOBFORGE_LOG_LEVEL: "warn",
  };
  try {
    const library = join(folder, "library");
    await Deno.mkdir(library);
    for (let at = 0; at < PDFS; at++) {
      await Deno.writeFile(join(library, `${at}.pdf`), smallPdf(`Document number ${at}`));
    }
    await ingestAsksLittle(proxy, library, env);
    const ends = await work(proxy, env);
    assert.equal(ends.reduce((sum, one) => sum + one.done, 0), PDFS, JSON.stringify(ends));
    everyPdfOnce(proxy.seen);
    withinBudget(proxy.seen);
  } finally {
    await proxy.close();
    await minio.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

/** At most 2 requests for a new file besides the manifest's; none for a known one. */
async function ingestAsksLittle(
  proxy: CountingProxy,
  library: string,
  env: Record<string, string>,
) {
  const first = await runProgram(["ingest", library, "--json"], env);
  assert.equal(first.code, 0, first.stderr + first.stdout);
  const outside = proxy.seen.filter(({ key }) => !key.startsWith("registry/"));
  assert.ok(outside.length <= PDFS * 2, `${outside.length} requests for ${PDFS} new files`);
  const manifest = proxy.seen.filter(({ key }) => key.startsWith("registry/manifest"));
  assert.ok(manifest.length <= 20, "the manifest is committed in batches");
  proxy.seen.length = 0;
  const again = await runProgram(["ingest", library, "--json"], env);
  assert.equal(again.code, 0, again.stderr);
  const asked = proxy.seen.filter(({ key }) => !key.startsWith("registry/"));
  assert.deepEqual(asked, [], "a known file needs no request");
  proxy.seen.length = 0;
}

type Ends = { done: number; failed: number; dead: number };

async function work(_proxy: CountingProxy, env: Record<string, string>): Promise<Ends[]> {
  const workers = Array.from(
    { length: WORKERS },
    () => programChild(["worker", "--drain", "--concurrency", "2", "--json"], env).output(),
  );
  return (await Promise.all(workers)).map(({ code, stdout, stderr }) => {
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return (JSON.parse(new TextDecoder().decode(stdout)) as { ends: Ends }).ends;
  });
}

function everyPdfOnce(seen: Seen[]): void {
  const results = seen.filter(({ method, key }) =>
    method === "PUT" && key.startsWith("store/out/")
  );
  assert.equal(results.length, PDFS, "one put of a result for each PDF");
  assert.equal(new Set(results.map(({ key }) => key)).size, PDFS);
  assert.ok(results.every(({ status }) => status === 200));
}

function withinBudget(seen: Seen[]): void {
  const isClaim = ({ method, key, ifMatch }: Seen) =>
    method === "PUT" && key.startsWith("queue/processing/") && !ifMatch;
  const isHeartbeat = ({ method, key, ifMatch }: Seen) =>
    method === "PUT" && key.startsWith("queue/processing/") && ifMatch;
  const last = seen.findLastIndex(({ method, key }) =>
    method === "DELETE" && key.startsWith("queue/processing/")
  );
  const first = seen.findIndex(isClaim);
  const counted = seen.slice(first, last + 1)
    .filter((one) => !one.key.startsWith("registry/") && !isHeartbeat(one));
  const perJob = counted.length / PDFS;
  const table = Map.groupBy(counted, ({ method, key }) => `${method} ${key.replace(/[^/]*$/, "")}`);
  const parts = [...table].map(([what, all]) => `${what} ${(all.length / PDFS).toFixed(2)}`);
  console.log(`${perJob.toFixed(2)} requests a job: ${parts.join(", ")}`);
  assert.ok(perJob <= BUDGET, `${perJob} requests a job`);
}
