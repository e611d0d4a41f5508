/** Commands on files: from the PDF to the Markdown, on a store in memory, with a stub for a converter. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { ConversionError } from "../../../src/convert/converter.ts";
import { onStage, type Stage } from "./cli_stage.ts";

/** The worker's loops wait for each other: they need a clock that does not run ahead of them. */
const REAL = { clock: systemClock };

Deno.test(
  "a PDF goes in, is converted, found, looked at and fetched",
  onStage(async (stage) => {
    const pdf = stage.file("Blue Book.pdf");
    const ingested = await stage.json("ingest", pdf, "--tag", "rules", "--priority", "high");
    const { hash, outcome } = ingested.data.files[0];
    assert.deepEqual([ingested.code, outcome], [0, "queued"]);
    assert.equal((await stage.json("worker", "--dry-run")).data.candidates[0].priority, "2_high");

    const worked = await stage.json("worker", "--drain");
    assert.equal(worked.code, 0);
    assert.deepEqual([worked.data.ends.done, worked.data.pages], [1, 3]);

    const { job } = (await stage.json("status", "Blue Book.pdf")).data;
    assert.deepEqual([job.hash, job.state, job.name], [hash, "done", "Blue Book.pdf"]);
    assert.match((await stage.run("status", hash)).stdout, /`blobforge get [0-9a-f]{12}` fetches/);

    const out = join(stage.folder, "out");
    const got = (await stage.json("get", hash.slice(0, 8), "-o", out)).data.results[0];
    assert.deepEqual([got.outcome, got.needs_ocr, got.pages], ["created", [2], 3]);
    assert.match(readFileSync(join(got.folder, got.markdown), "utf8"), /^# Title/);

    const zipped = (await stage.json("download", hash, "-o", out)).data.results[0];
    assert.equal(zipped.zip, join(out, "Blue Book.zip"));
    assert.equal((await stage.run("download", hash, "-o", out)).code, 5);
    assert.equal((await stage.run("download", hash, "-o", out, "--force")).code, 0);

    const preview = await stage.run("preview", pdf, "-n", "1");
    assert.equal(preview.stdout, "# Title\n");
    assert.match(preview.stderr, /2 more lines/);
    await libraryKnows(stage, hash);
  }, REAL),
);

async function libraryKnows(stage: Stage, hash: string): Promise<void> {
  assert.equal((await stage.json("search", "blue")).data.matches[0].hash, hash);
  assert.equal((await stage.json("search", "green")).data.matches.length, 0);
  assert.match((await stage.run("search", "green")).stdout, /Nothing in the library matches/);
  assert.equal((await stage.json("lookup", "--path", "Blue Book.pdf")).data.matches[0].hash, hash);
  assert.equal((await stage.json("lookup", "--hash", hash.slice(0, 6))).data.matches.length, 1);
  assert.equal((await stage.run("lookup", "--hash", "0000000")).code, 4);
  assert.equal((await stage.run("lookup")).code, 2);
  const { data } = await stage.json("manifest");
  assert.equal(data.entries, 1);
  assert.ok(data.tags.some((one: { tag: string }) => one.tag === "rules"));
}

Deno.test(
  "ingest tells of each bad file in one line, takes the others, exit code 3",
  onStage(async (stage) => {
    const good = stage.file("good.pdf");
    const html = stage.file("page.pdf", "<html>no</html>");
    const empty = stage.file("empty.pdf", "");
    const said = await stage.run("ingest", good, html, empty, join(stage.folder, "none.pdf"));
    assert.equal(said.code, 3);
    assert.match(said.stdout, /4 files: 1 queued \(.* sent\), 3 failed\n/);
    assert.equal(said.stderr.match(/^warning: /gm)?.length, 3);
    assert.doesNotMatch(said.stderr, / at .*\.ts/);
    const again = await stage.json("ingest", good, empty);
    assert.equal(again.data.summary.known, 1);
    assert.equal(typeof again.data.files[1].error.message, "string");
  }),
);

Deno.test(
  "ingest --dry-run changes nothing; --files-from reads a list",
  onStage(async (stage) => {
    const said = await stage.json("ingest", "--files-from", "-", "--dry-run");
    assert.equal(said.data.summary.would_queue, 0);
    assert.equal(said.data.summary.failed, 1);
    const list = stage.file("list.txt", `${stage.file("one.pdf")}\n`);
    const dry = await stage.json("ingest", "--files-from", list, "--dry-run");
    assert.deepEqual([dry.code, dry.data.summary.would_queue], [0, 1]);
    assert.equal((await stage.json("list")).data.counts.todo["3_normal"], 0);
    assert.equal((await stage.run("ingest")).code, 2);
    assert.equal((await stage.run("ingest", "--files-from", "/none")).code, 2);
  }, { stdin: "/nowhere/a.pdf\0" }),
);

Deno.test(
  "a worker that could not convert everything says so with exit code 3",
  onStage(async (stage) => {
    await stage.run("ingest", stage.file("locked.pdf"));
    const said = await stage.run("worker", "--drain");
    assert.equal(said.code, 3);
    assert.match(said.stdout, /^No job was done in .*, 1 dead\n/);
    assert.match((await stage.run("list", "--state", "dead")).stdout, /locked\.pdf/);
  }, {
    ...REAL,
    convert: () => Promise.reject(new ConversionError("poison", "encrypted", "it is locked")),
  }),
);

Deno.test(
  "a machine that cannot convert ends the worker with advice, exit code 10, and hands the job back",
  onStage(async (stage) => {
    await stage.run("ingest", stage.file("fine.pdf"));
    const said = await stage.run("worker", "--drain", "--quiet");
    assert.equal(said.code, 10);
    assert.match(said.stderr, /error: no engine\nhint: install one\n/);
    assert.equal((await stage.json("list")).data.counts.todo["3_normal"], 1);
  }, {
    ...REAL,
    convert: () =>
      Promise.reject(new ConversionError("infra", "engine", "no engine", "install one")),
  }),
);

Deno.test("the first signal hands jobs back, exit code 143; a second ends at once", async (t) => {
  for (const [name, exit] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
    let begun: () => void = () => {};
    const isConverting = new Promise<void>((resolve) => begun = resolve);
    await t.step(
      name,
      onStage(async (stage) => {
        await stage.run("ingest", stage.file("slow.pdf"));
        const ended = stage.run("worker");
        await isConverting;
        stage.signal(name);
        stage.signal(name);
        const said = await ended;
        assert.equal(said.code, exit);
        assert.deepEqual(stage.exits, [exit]);
        assert.equal((await stage.json("list")).data.counts.todo["3_normal"], 1);
      }, {
        ...REAL,
        convert: ({ signal }) =>
          new Promise((_, reject) => {
            begun();
            signal.addEventListener("abort", () => reject(signal.reason));
          }),
      }),
    );
  }
});

Deno.test(
  "convert makes a folder of each PDF without a store, and overwrites nothing unasked",
  onStage(async (stage) => {
    const pdf = stage.file("sheet.pdf");
    const out = join(stage.folder, "md");
    const { code, data } = await stage.json("convert", pdf, "-o", out);
    assert.equal(code, 0);
    assert.deepEqual(data.results[0].folder, join(out, "sheet"));
    assert.ok(existsSync(join(out, "sheet", "source.md")));
    assert.equal((await stage.run("convert", pdf, "-o", out)).code, 5);
    assert.equal((await stage.run("convert", pdf, "-o", out, "--force")).code, 0);
    assert.equal((await stage.run("convert", join(stage.folder, "none.pdf"))).code, 4);
    mkdirSync(join(stage.folder, "folder.pdf"));
    const some = await stage.run(
      "convert",
      join(stage.folder, "folder.pdf"),
      pdf,
      "-o",
      out,
      "--force",
    );
    assert.equal(some.code, 3);
    assert.match(some.stderr, /it is no file/);
  }),
);

Deno.test(
  "doctor finds a good store and converter healthy",
  onStage(async (stage) => {
    const { code, data } = await stage.json("test-s3");
    assert.deepEqual(
      data.checks.filter((check: { status: string }) => check.status === "failed"),
      [],
    );
    assert.deepEqual([code, data.healthy], [0, true]);
    assert.match((await stage.run("doctor", "--no-convert")).stdout, /All is well\.\n$/);
  }),
);

Deno.test(
  "doctor is exit code 10 when the converter fails, and still tells of the rest",
  onStage(async (stage) => {
    const { code, stdout } = await stage.run("doctor");
    assert.equal(code, 10);
    assert.match(stdout, /^ok {2}store/);
    assert.match(stdout, /^no {2}converter auto +it cannot start$/m);
    assert.match(stdout, /1 of \d+ checks failed/);
  }, {
    convert: () => Promise.reject(new ConversionError("infra", "start", "it cannot start")),
  }),
);

Deno.test(
  "get of a job without a result is exit code 4 with a next step",
  onStage(async (stage) => {
    const { data } = await stage.json("ingest", stage.file("new.pdf"));
    const said = await stage.run("get", data.files[0].hash, "-o", stage.folder);
    assert.equal(said.code, 4);
    assert.match(said.stderr, /hint: Run `blobforge status/);
  }),
);

Deno.test(
  "completions know every command and option, and refuse other shells",
  onStage(async (stage) => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { stdout, code } = await stage.run("completions", shell);
      assert.equal(code, 0);
      for (const word of ["reprioritize", "retry-all", "reset-retries", "no-color"]) {
        assert.ok(stdout.includes(word), `${shell}: ${word}`);
      }
    }
    assert.equal((await stage.run("completions", "tcsh")).code, 2);
  }),
);

Deno.test(
  "a variable with a bad value is a usage error that names it",
  onStage(async (stage) => {
    const said = await stage.run("worker", "--run-once");
    assert.equal(said.code, 2);
    assert.match(said.stderr, /BLOBFORGE_CONCURRENCY="many"/);
  }, { env: { BLOBFORGE_CONCURRENCY: "many" } }),
);
