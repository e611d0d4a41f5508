/** Commands on jobs in every state. The markers are written by the queue itself. */
import assert from "node:assert/strict";
import { seededRandom } from "../../../src/base/random.ts";
import { silentLog } from "../../../src/base/log.ts";
import type { ErrorKind, PdfHash, Priority } from "../../../src/queue/job.ts";
import { logKey, outKey, rawKey } from "../../../src/queue/layout.ts";
import { Queue } from "../../../src/queue/queue.ts";
import { DEFAULT_CONFIG, queueSettings } from "../../../src/queue/settings.ts";
import { putWorker } from "../../../src/queue/worker_records.ts";
import { onStage, type Stage } from "./cli_stage.ts";

const hashOf = (digit: string) => digit.repeat(64) as PdfHash;
const A = hashOf("a");
const B = hashOf("b");
const C = hashOf("c");

Deno.test(
  "an empty store gives a friendly next step and exit code 0",
  onStage(async (stage) => {
    for (const command of ["list", "dashboard", "workers", "manifest", "janitor"]) {
      const said = await stage.run(command);
      assert.equal(said.code, 0, command);
      assert.equal(said.stderr, "", command);
    }
    assert.match((await stage.run("list")).stdout, /Run `blobforge ingest FOLDER` to add PDFs\./);
    assert.equal(
      (await stage.run("retry", "--all")).stdout,
      "Nothing to retry: no job is failed or dead.\n",
    );
    assert.doesNotMatch((await stage.run("list", "--quiet")).stdout, /ingest/);
  }),
);

Deno.test(
  "list counts a running job once, and shows the jobs of a state",
  onStage(async (stage) => {
    const queue = queueOn(stage);
    await queue.enqueue(A, "2_high", { isNew: true });
    await queue.enqueue(B, "3_normal", { isNew: true });
    await claim(queue, B, "3_normal");
    const { data } = await stage.json("list", "-v");
    assert.equal(data.counts.todo["2_high"], 1);
    assert.equal(data.counts.todo["3_normal"], 0);
    assert.equal(data.counts.processing, 1);
    assert.deepEqual(data.jobs.map((job: { hash: string }) => job.hash), [A, B]);
    const said = await stage.run("list", "--state", "todo");
    assert.equal(
      said.stdout,
      "hash          state    prio    age  size  file\n" +
        "aaaaaaaaaaaa  waiting  2_high  now        -\n",
    );
    assert.equal((await stage.run("list", "--state", "lost")).code, 2);
  }),
);

Deno.test(
  "list leaves out what is beyond the limit, and says so",
  onStage(async (stage) => {
    const queue = queueOn(stage);
    for (const hash of [A, B, C]) await queue.enqueue(hash, "3_normal", { isNew: true });
    const { data } = await stage.json("list", "-v", "--limit", "2");
    assert.deepEqual([data.jobs.length, data.more], [2, true]);
    assert.equal((await stage.json("list", "-v", "--limit", "0")).data.jobs.length, 3);
  }),
);

Deno.test(
  "status tells of a running job how far it is and who has it",
  onStage(async (stage) => {
    const queue = queueOn(stage);
    await queue.enqueue(A, "3_normal", { isNew: true });
    const work = await claim(queue, A, "3_normal");
    const progress = { stage: "layout", pages_done: 30, pages_total: 120, elapsed_s: 60 };
    await work.lease.renew({ progress });
    const { job } = (await stage.json("status", A)).data;
    assert.equal(job.state, "processing");
    assert.equal(job.worker, "tester");
    assert.deepEqual(job.progress, {
      stage: "layout",
      pages_done: 30,
      pages_total: 120,
      percent: 25,
      eta_s: 180,
    });
    const { stdout } = await stage.run("status", A);
    assert.match(stdout, /progress +25% · page 30 of 120 · ~3m 00s left/);
  }),
);

Deno.test(
  "status of an unknown hash is exit code 4",
  onStage(async (stage) => {
    const said = await stage.run("status", A);
    assert.equal(said.code, 4);
    assert.match(said.stderr, /Cannot find a job aaaaaaaaaaaa/);
  }),
);

Deno.test(
  "a job is found by the first digits of its hash, from 6 on",
  onStage(async (stage) => {
    await failed(stage, A, "poison");
    assert.equal((await stage.json("status", "aaaaaa")).data.job.hash, A);
    const short = await stage.run("status", "aaaaa");
    assert.equal(short.code, 4);
    assert.match(short.stderr, /at least 6/);
  }),
);

Deno.test(
  "status and logs of a dead letter tell why",
  onStage(async (stage) => {
    await failed(stage, A, "poison");
    const text = new TextEncoder().encode("line one\nline two\n");
    await stage.store.put(logKey(A, "conversion"), text, { kind: "none" });
    const { job } = (await stage.json("status", A)).data;
    assert.deepEqual([job.state, job.reason, job.error], ["dead", "broken", "it broke"]);
    const { data } = await stage.json("logs", A);
    assert.equal(data.attempts.length, 1);
    assert.equal(data.attempts[0].error, "it broke");
    assert.deepEqual(data.logs.map((log: { text: string }) => log.text), ["line one\nline two\n"]);
    const { stdout } = await stage.run("logs", A);
    assert.match(stdout, /Attempt 1.*tester · poison\n {2}it broke\n/);
    assert.match(stdout, /Log "conversion".*\n {2}line one\n {2}line two\n/);
  }),
);

Deno.test(
  "retry puts back what is named, or all of a state",
  onStage(async (stage) => {
    await failed(stage, A, "poison");
    await failed(stage, B, "transient");
    const dry = await stage.json("retry", "--all", "--dry-run");
    assert.deepEqual(dry.data.jobs.map((job: { outcome: string }) => job.outcome), [
      "would-queue",
      "would-queue",
    ]);
    const one = await stage.run("retry", A, "--priority", "high");
    assert.equal(one.stdout, "aaaaaaaaaaaa is back in the queue (2_high)\n");
    const rest = await stage.json("retry-all", "--reset-retries");
    assert.equal(rest.code, 0);
    assert.deepEqual(rest.data.jobs, [
      { hash: B, outcome: "queued", priority: "3_normal", retries: 0 },
    ]);
    assert.equal((await stage.json("list")).data.counts.failed, 0);
  }),
);

Deno.test(
  "retry wants jobs or a state, not both, and refuses what is not failed",
  onStage(async (stage) => {
    assert.equal((await stage.run("retry")).code, 2);
    assert.equal((await stage.run("retry", A, "--all")).code, 2);
    await queueOn(stage).enqueue(A, "3_normal", { isNew: true });
    const said = await stage.run("retry", A);
    assert.equal(said.code, 5);
    assert.match(said.stderr, /it is todo, not failed or dead/);
  }),
);

Deno.test(
  "when some of several jobs fail the others go on, exit code 3",
  onStage(async (stage) => {
    await failed(stage, A, "poison");
    const { code, data } = await stage.json("retry", B, A);
    assert.equal(code, 3);
    assert.equal(data.jobs[0].error.code, "not-found");
    assert.equal(data.jobs[1].outcome, "queued");
  }),
);

Deno.test(
  "cancel buries what waits, and asks the worker of what runs",
  onStage(async (stage) => {
    const queue = queueOn(stage);
    await queue.enqueue(A, "3_normal", { isNew: true });
    assert.equal((await stage.json("cancel", A)).data.jobs[0].outcome, "cancelled");
    await queue.enqueue(B, "3_normal", { isNew: true });
    const work = await claim(queue, B, "3_normal");
    const said = await stage.run("cancel", B, "--wait", "1");
    assert.match(said.stdout, /its worker was told to stop/);
    await work.lease.renew();
    assert.equal(work.isCancelled, true);
  }),
);

Deno.test(
  "a job that another holds is a conflict, exit code 5",
  onStage(async (stage) => {
    const queue = queueOn(stage);
    await queue.enqueue(A, "3_normal", { isNew: true });
    await claim(queue, A, "3_normal");
    const said = await stage.run("retry", A);
    assert.equal(said.code, 5);
    assert.match(said.stderr, /held by tester/);
  }),
);

Deno.test(
  "reprioritize takes a priority by name or number",
  onStage(async (stage) => {
    await queueOn(stage).enqueue(A, "3_normal", { isNew: true });
    assert.equal((await stage.json("reprioritize", A, "1")).data.jobs[0].priority, "1_critical");
    assert.equal((await stage.json("list")).data.counts.todo["1_critical"], 1);
  }),
);

Deno.test(
  "remove asks a person, and refuses where there is none",
  onStage(async (stage) => {
    await failed(stage, A, "poison");
    const said = await stage.run("remove", A);
    assert.equal(said.code, 2);
    assert.match(said.stderr, /hint: Add --yes if you are sure/);
    assert.notEqual(await stage.store.head(rawKey(A)), null);
    assert.equal((await stage.json("remove", A, "--yes")).data.jobs[0].outcome, "removed");
    assert.equal(await stage.store.head(rawKey(A)), null);
  }),
);

Deno.test(
  "remove does nothing when the person says no, and removes at y",
  onStage(async (stage) => {
    await failed(stage, A, "poison");
    assert.equal((await stage.run("remove", A)).code, 2);
    assert.notEqual(await stage.store.head(rawKey(A)), null);
    assert.equal((await stage.run("remove", A)).code, 0);
    assert.equal(await stage.store.head(rawKey(A)), null);
  }, { answers: ["n", "y"] }),
);

Deno.test(
  "reconvert queues a finished job once more, and nothing else",
  onStage(async (stage) => {
    await stage.store.put(outKey(A), new Uint8Array([1]), { kind: "none" });
    assert.equal((await stage.json("reconvert", A)).data.jobs[0].outcome, "queued");
    assert.equal((await stage.json("status", A)).data.job.reconvert, true);
    assert.equal((await stage.run("reconvert", B)).code, 4);
  }),
);

Deno.test(
  "the dashboard shows numbers, running jobs, workers and what went wrong, in 80 columns",
  onStage(async (stage) => {
    const queue = queueOn(stage);
    await failed(stage, A, "poison");
    await queue.enqueue(B, "3_normal", { isNew: true });
    const work = await claim(queue, B, "3_normal");
    await work.lease.renew({ progress: { pages_done: 1, pages_total: 4, elapsed_s: 30 } });
    await queue.enqueue(C, "1_critical", { isNew: true });
    await putWorker(stage.store, {
      worker_id: "bf-0",
      hostname: "gpu",
      status: "processing",
      current_job: B,
    });
    stage.nowMs += 65_000;
    const { stdout, code } = await stage.run("dashboard", "--no-color");
    assert.equal(code, 0);
    assert.equal(
      stdout,
      [
        "BlobForge  memory:stage  14:01:05 UTC",
        "",
        "  waiting      1  ██████████ 1 critical, oldest 1m 05s",
        "  running      1  ██████████",
        "  will retry   0",
        "  dead         1  ██████████",
        "  done         0",
        "",
        "Running",
        "  hash          file  progress           for  worker",
        "  bbbbbbbbbbbb  -     25% 1/4 p ~1m 30s  1m  tester".replace(
          "~1m 30s  1m",
          "~1m 30s   1m",
        ),
        "",
        "Workers",
        "  worker  host  status      heard of    job",
        "  bf-0    gpu   converting  1m 05s ago  bbbbbbbbbbbb",
        "",
        "Went wrong",
        "  hash          file  state  ago  why",
        "  aaaaaaaaaaaa  -     dead    1m  it broke",
        "",
        "Dead jobs need a person: `blobforge list --state dead` shows them.",
        "",
      ].join("\n"),
    );
    const { data } = await stage.json("dashboard");
    assert.equal(data.running[0].progress.percent, 25);
    assert.equal(data.problems[0].error, "it broke");
    assert.equal(data.workers[0].id, "bf-0");
  }, { columns: 80 }),
);

Deno.test(
  "the dashboard reckons what is left from the first result of the last hour on",
  onStage(async (stage) => {
    await stage.store.put(outKey(A), new Uint8Array([1]), { kind: "none" });
    stage.nowMs += 300_000;
    await stage.store.put(outKey(B), new Uint8Array([2]), { kind: "none" });
    const queue = queueOn(stage);
    await queue.enqueue(C, "3_normal", { isNew: true });
    await queue.enqueue(hashOf("d"), "3_normal", { isNew: true });
    const { data } = await stage.json("dashboard");
    assert.deepEqual(data.rate, { done_last_hour: 2, eta_s: 300 });
    stage.nowMs += 3_600_000;
    assert.equal((await stage.json("dashboard")).data.rate, null);
  }),
);

Deno.test(
  "watch --until-done ends when nothing is left",
  onStage(async (stage) => {
    const said = await stage.run("watch", "--until-done", "--json");
    assert.equal(said.code, 0);
    assert.equal(said.stdout.trimEnd().split("\n").length, 1);
    assert.equal(JSON.parse(said.stdout).command, "watch");
  }),
);

Deno.test(
  "janitor says what it would do, then does it",
  onStage(async (stage) => {
    await failed(stage, A, "transient");
    assert.equal((await stage.json("janitor")).data.requeued, 0);
    stage.nowMs += 3_600_000;
    const dry = await stage.json("janitor", "--dry-run");
    assert.deepEqual([dry.data.dry_run, dry.data.requeued], [true, 1]);
    const { data } = await stage.json("janitor");
    assert.equal(data.requeued, 1);
    assert.equal(data.items[0].action, "requeued");
    assert.match((await stage.run("janitor")).stdout, /Nothing to put right\./);
  }),
);

Deno.test(
  "config shows, changes, and refuses what would break leases or is misspelt",
  onStage(async (stage) => {
    assert.equal((await stage.json("config", "--show")).data.settings.max_retries, 3);
    const set = await stage.json("config", "--set", "max_retries=5", "retry_backoff=1");
    assert.deepEqual(set.data.changed, ["max_retries", "retry_backoff"]);
    assert.equal((await stage.json("config")).data.settings.max_retries, 5);
    const wrong = await stage.run("config", "--set", "max_retrys=5");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /Did you mean max_retries\?/);
    assert.equal((await stage.run("config", "--set", "heartbeat_interval=9999")).code, 2);
    assert.equal((await stage.run("config", "--set", "max_retries=many")).code, 2);
  }),
);

Deno.test(
  "workers --active leaves out those that stopped or fell silent",
  onStage(async (stage) => {
    await putWorker(stage.store, { worker_id: "silent", status: "idle" });
    stage.nowMs += 600_000;
    await putWorker(stage.store, { worker_id: "stopped", status: "stopped" });
    await putWorker(stage.store, { worker_id: "alive", status: "idle" });
    const ids = (data: { workers: { id: string }[] }) => data.workers.map(({ id }) => id).sort();
    assert.deepEqual(ids((await stage.json("workers")).data), ["alive", "silent", "stopped"]);
    assert.deepEqual(ids((await stage.json("workers", "--active")).data), ["alive"]);
    assert.match((await stage.run("workers")).stdout, /silent +silent/);
  }),
);

function queueOn(stage: Stage): Queue {
  return new Queue({
    store: stage.store,
    clock: stage.clock,
    random: seededRandom(1),
    log: silentLog,
    worker: "tester",
    settings: queueSettings(DEFAULT_CONFIG),
  });
}

async function claim(queue: Queue, hash: PdfHash, priority: Priority) {
  const claimed = await queue.claim({ hash, priority });
  assert.equal(claimed.kind, "claimed");
  if (claimed.kind !== "claimed") throw new Error("not claimed");
  return claimed.work;
}

/** A job with a source whose first attempt failed so. */
async function failed(
  stage: Stage,
  hash: PdfHash,
  kind: Exclude<ErrorKind, "infra">,
): Promise<void> {
  const queue = queueOn(stage);
  await stage.store.put(rawKey(hash), new Uint8Array([1]), { kind: "none" });
  await queue.enqueue(hash, "3_normal", { isNew: true });
  const work = await claim(queue, hash, "3_normal");
  await work.fail({ kind, reason: "broken", error: "it broke" });
}
