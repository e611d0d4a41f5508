/** Other programs read what this one writes: boto3 every key and field of every state, Python's zipfile the result. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { silentLog } from "../../src/base/log.ts";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { Queue } from "../../src/queue/queue.ts";
import { DEFAULT_CONFIG, queueSettings } from "../../src/queue/settings.ts";
import { openStore } from "../../src/store/open_store.ts";
import { type Minio, startMinio } from "../support/minio.ts";
import { foldersOf, runProgram } from "../support/program.ts";
import { pythonWithBoto3 } from "../support/python.ts";
import { smallPdf } from "../support/small_pdf.ts";

const SCRIPT = fileURLToPath(new URL("../fixtures/read_bucket.py", import.meta.url));

type Entry = {
  size: number;
  metadata: Record<string, string>;
  json?: Record<string, unknown>;
  zip?: { names: string[]; info: Record<string, unknown>; markdown: string };
};

Deno.test("boto3 and zipfile read every key and field, in every state of a job", async () => {
  const python = await pythonWithBoto3();
  const minio = await startMinio();
  const folder = await Deno.makeTempDir({ prefix: "blobforge-python-" });
  try {
    const bucket = await minio.bucket();
    const env = { ...minio.env(bucket), ...foldersOf(folder) };
    await makeEveryState(join(folder, "Büchér"), env);
    const found = await readWithPython(python, minio, bucket);
    checkLibrary(found);
    checkResult(found);
    checkMarkers(found);
  } finally {
    await minio.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

/** One PDF done, one dead, one failed, one held, one waiting. */
async function makeEveryState(library: string, env: Record<string, string>): Promise<void> {
  await Deno.mkdir(join(library, "rules"), { recursive: true });
  await Deno.writeFile(
    join(library, "rules", "Überblick “1”.pdf"),
    smallPdf("Words of the overview"),
  );
  await Deno.writeTextFile(join(library, "broken.pdf"), "%PDF-1.4\nnothing else");
  await expectCode(0, ["ingest", library, "--tag", "füñ", "--json"], env);
  await expectCode(3, ["worker", "--drain", "--json"], env);
  for (const name of ["fails", "held", "waits"]) {
    await Deno.writeFile(join(library, `${name}.pdf`), smallPdf(name));
  }
  await expectCode(0, ["ingest", library, "--json"], env);
  await expectCode(0, ["config", "--set", "max_retries=5", "--json"], env);
  const { store } = await openStore({ env, clock: systemClock, random: systemRandom });
  const queue = new Queue({
    store,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    worker: "bf-by-hand-0",
    settings: queueSettings(DEFAULT_CONFIG),
  });
  for (const end of ["fail", "hold"]) {
    const claim = await queue.claim((await queue.nextCandidate())!);
    assert.equal(claim.kind, "claimed");
    if (claim.kind !== "claimed" || end === "hold") continue;
    await claim.work.fail({ kind: "transient", reason: "host-died", error: "it died" });
  }
  await store.close();
}

async function expectCode(
  code: number,
  args: string[],
  env: Record<string, string>,
): Promise<void> {
  const ended = await runProgram(args, env);
  assert.equal(ended.code, code, `${args[0]}: ${ended.stdout}${ended.stderr}`);
}

async function readWithPython(
  python: string,
  minio: Minio,
  bucket: string,
): Promise<Record<string, Entry>> {
  const { stdout, stderr, success } = await new Deno.Command(python, {
    args: [SCRIPT, minio.endpoint, minio.accessKey, minio.secretKey, bucket, "pdf/"],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)) as Record<string, Entry>;
}

function only(found: Record<string, Entry>, folder: string): [string, Entry] {
  const entries = Object.entries(found).filter(([key]) => key.startsWith(folder));
  assert.equal(entries.length, 1, `${folder}: ${entries.map(([key]) => key)}`);
  return entries[0]!;
}

function checkLibrary(found: Record<string, Entry>): void {
  const manifest = found["registry/manifest.json"]!.json as {
    version: number;
    updated_at: string;
    entries: Record<string, Record<string, unknown>>;
  };
  assert.equal(manifest.version, 1);
  assert.ok(Date.parse(manifest.updated_at) > 0);
  assert.equal(Object.keys(manifest.entries).length, 5);
  const entry = Object.values(manifest.entries)
    .find(({ paths }) => (paths as string[])[0] === "rules/Überblick “1”.pdf");
  assert.deepEqual(entry?.tags, ["rules", "Überblick “1”", "füñ"]);
  assert.equal(entry?.source, "Büchér");
  assert.ok(Date.parse(entry?.ingested_at as string) > 0);
  assert.equal(typeof entry?.size, "number");

  const raws = Object.entries(found).filter(([key]) => key.startsWith("store/raw/"));
  assert.equal(raws.length, 5);
  const raw = raws.find(([, { metadata }]) => metadata["original-name"] === "Überblick “1”.pdf");
  assert.deepEqual(JSON.parse(raw![1].metadata.tags!), entry?.tags);
  assert.equal(raw![1].metadata.size, String(raw![1].size));

  assert.equal(found["registry/config.json"]!.json?.max_retries, 5);
  const [, worker] = only(found, "registry/workers/");
  hasFields(worker.json, {
    worker_id: "string",
    hostname: "string",
    platform: "string",
    cpu_count: "number",
    memory_gb: "number",
    registered_at: "string",
    pid: "number",
    last_heartbeat: "number",
    status: "string",
  });
  assert.equal(worker.json?.status, "stopped");
}

function checkResult(found: Record<string, Entry>): void {
  const [key, { zip, metadata }] = only(found, "store/out/");
  assert.deepEqual(zip!.names.sort(), ["info.json", "Überblick “1”.md"].sort());
  assert.match(zip!.markdown, /Words of the overview/);
  hasFields(zip!.info, {
    hash: "string",
    converted_at: "string",
    worker_id: "string",
    original_filename: "string",
    size_bytes: "number",
    converter: "string",
    converter_version: "string",
    pages: "number",
    duration_s: "number",
    attempt: "string",
  });
  assert.equal(`store/out/${zip!.info.hash}.zip`, key);
  assert.equal(zip!.info.attempt, metadata.attempt);
  assert.deepEqual(zip!.info.tags, ["rules", "Überblick “1”", "füñ"]);
}

function checkMarkers(found: Record<string, Entry>): void {
  const [, dead] = only(found, "queue/dead/");
  hasFields(dead.json, {
    error: "string",
    moved_to_dead_at: "string",
    total_retries: "number",
    reason: "string",
    attempt: "string",
    kind: "string",
    attempts: "object",
  });
  assert.equal(dead.json?.reason, "damaged");
  const [, failed] = only(found, "queue/failed/");
  hasFields(failed.json, {
    error: "string",
    worker: "string",
    failed_at: "string",
    timestamp: "number",
    retries: "number",
    priority: "string",
    attempt: "string",
    kind: "string",
    not_before: "number",
  });
  const [held, lease] = only(found, "queue/processing/");
  hasFields(lease.json, {
    worker: "string",
    started: "number",
    last_heartbeat: "number",
    priority: "string",
    retries: "number",
    attempt: "string",
    holder: "string",
    renewal: "number",
    stale_after_ms: "number",
  });
  const todos = Object.keys(found).filter((key) => key.startsWith("queue/todo/"));
  assert.equal(
    todos.length,
    2,
    "the held job keeps its todo marker, as the waiting one has its own",
  );
  const hash = held.slice("queue/processing/".length);
  assert.ok(todos.includes(`queue/todo/3_normal/${hash}`));
  for (const key of todos) hasFields(found[key]!.json, { retries: "number", queued_at: "number" });
}

function hasFields(
  json: Record<string, unknown> | undefined,
  fields: Record<string, string>,
): void {
  const types = Object.fromEntries(
    Object.keys(fields).map((field) => [field, typeof json?.[field]]),
  );
  assert.deepEqual(types, fields);
}
