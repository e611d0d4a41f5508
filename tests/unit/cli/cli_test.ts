import assert from "node:assert/strict";
import { StoreError, type StoreFault } from "../../../src/store/store_error.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { onStage } from "./cli_stage.ts";

Deno.test(
  "an unknown command is refused with the nearest one, exit code 2",
  onStage(async (stage) => {
    const said = await stage.run("stauts");
    assert.equal(said.code, 2);
    assert.equal(said.stdout, "");
    assert.match(
      said.stderr,
      /^error: unknown command 'stauts'\nhint: Did you mean `blobforge status`\?/,
    );
  }),
);

Deno.test(
  "an unknown option is refused with the nearest one, exit code 2",
  onStage(async (stage) => {
    const said = await stage.run("list", "--statee", "dead");
    assert.equal(said.code, 2);
    assert.match(said.stderr, /unknown option '--statee'/);
    assert.match(said.stderr, /Did you mean --state\?/);
    const top = await stage.run("--versoin");
    assert.equal(top.code, 2);
    assert.match(top.stderr, /Did you mean --version\?/);
  }),
);

Deno.test(
  "a missing argument and a bad value are usage errors that point to the help",
  onStage(async (stage) => {
    const missing = await stage.run("status");
    assert.deepEqual([missing.code, missing.stdout], [2, ""]);
    assert.match(
      missing.stderr,
      /missing required argument 'job'\nhint: See `blobforge status --help`/,
    );
    const bad = await stage.run("reprioritize", "abcdef", "urgent");
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /1_critical/);
  }),
);

Deno.test(
  "with --json an error is the one document on stdout",
  onStage(async (stage) => {
    for (const args of [["stauts"], ["list", "--nope"], ["status", "0".repeat(64)]]) {
      const { data, stderr } = await stage.json(...args);
      assert.equal(data.schema, 1);
      assert.equal(typeof data.error.message, "string");
      assert.equal(typeof data.error.hint, "string");
      assert.equal(stderr, "");
    }
  }),
);

Deno.test(
  "no command shows the help, and so do --help, help and help COMMAND",
  onStage(async (stage) => {
    const none = await stage.run();
    const help = await stage.run("--help");
    const word = await stage.run("help");
    assert.equal(none.code, 0);
    assert.equal(none.stdout, help.stdout);
    assert.equal(word.stdout, help.stdout);
    const named = await stage.run("help", "list");
    assert.deepEqual(named, await stage.run("list", "--help"));
    assert.equal((await stage.run("help", "lsit")).code, 2);
  }),
);

Deno.test(
  "--version tells the release",
  onStage(async (stage) => {
    assert.match((await stage.run("--version")).stdout, /^blobforge \d+\.\d+\.\d+ \(.+\)\n$/);
    assert.equal((await stage.run("-V")).code, 0);
  }),
);

Deno.test(
  "options of every command may stand before it",
  onStage(async (stage) => {
    const said = await stage.run("--store", "memory:", "--json", "list");
    assert.equal(said.code, 0);
    assert.equal(JSON.parse(said.stdout).command, "list");
  }),
);

Deno.test(
  "a reader that goes away ends it quietly",
  onStage(async (stage) => {
    stage.readerIsGone = true;
    const said = await stage.run("list");
    assert.deepEqual(said, { code: 0, stdout: "", stderr: "" });
    assert.equal((await stage.run("--help")).code, 0);
  }),
);

Deno.test("faults of the store become their exit codes, without a stack trace", async (t) => {
  const exits: [StoreFault, number][] = [
    ["no-bucket", 4],
    ["unsupported", 6],
    ["denied", 7],
    ["unreachable", 8],
  ];
  for (const [fault, exit] of exits) {
    await t.step(
      `${fault} is ${exit}`,
      onStage(async (stage) => {
        const said = await stage.run("list", "-v");
        assert.equal(said.code, exit);
        assert.equal(said.stderr, "error: it cannot be used\nhint: do this\n");
      }, { store: failing(new StoreError(fault, "it cannot be used", "do this")) }),
    );
  }
});

Deno.test(
  "something unexpected is exit code 1, and its stack is told with -v only",
  async (t) => {
    const store = () => failing(new TypeError("x is undefined"));
    await t.step(
      "without -v",
      onStage(async (stage) => {
        const said = await stage.run("list");
        assert.equal(said.code, 1);
        assert.match(said.stderr, /^error: Something unexpected happened: x is undefined\nhint: /);
        assert.doesNotMatch(said.stderr, / at .*\.ts/);
      }, { store: store() }),
    );
    await t.step(
      "with -v",
      onStage(async (stage) => {
        assert.match((await stage.run("list", "-v")).stderr, /TypeError: x is undefined\n +at /);
      }, { store: store() }),
    );
  },
);

Deno.test(
  "texts of others cannot steer the terminal",
  onStage(async (stage) => {
    const said = await stage.run("status", "\x1b[2Jevil\u202efdp.exe");
    assert.equal(said.code, 4);
    assert.ok(!said.stderr.includes("\x1b") && !said.stderr.includes("\u202e"));
  }),
);

function failing(error: Error): MemoryStore {
  const store = new MemoryStore({ clock: systemClock });
  store.get = () => Promise.reject(error);
  store.head = () => Promise.reject(error);
  store.list = () => {
    throw error;
  };
  return store;
}
