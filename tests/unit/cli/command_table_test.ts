import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ALIASES, COMMANDS, findCommand } from "../../../src/cli/command_table.ts";
import { widthOf } from "../../../src/cli/text.ts";
import { onStage } from "./cli_stage.ts";

const names = [...COMMANDS.map((entry) => entry.name), ...Object.keys(ALIASES)];

Deno.test("every command has 2 to 4 examples, the common options, and a help of 80 columns", async (t) => {
  for (const name of names) {
    await t.step(
      name,
      onStage(async (stage) => {
        const said = await stage.run(name, "--help");
        assert.equal(said.code, 0);
        assert.equal(said.stderr, "");
        for (const line of said.stdout.split("\n")) assert.ok(widthOf(line) <= 80, line);
        for (const word of ["Examples:", "--json", "--quiet", "--verbose", "--store", "--help"]) {
          assert.ok(said.stdout.includes(word), `${word} is missing`);
        }
        const { entry } = findCommand(name)!;
        const { command } = await entry.load();
        assert.ok(command.examples.length >= 2 && command.examples.length <= 4);
        for (const [line] of command.examples) assert.match(line, /blobforge /);
      }),
    );
  }
});

Deno.test(
  "the help names every command and every exit code, in 80 columns",
  onStage(async (stage) => {
    const { stdout } = await stage.run("--help");
    for (const line of stdout.split("\n")) assert.ok(widthOf(line) <= 80, line);
    for (const { name, summary } of COMMANDS) {
      assert.ok(stdout.split("\n").some((line) => line.includes(name) && line.includes(summary)));
    }
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]) {
      assert.match(stdout, new RegExp(`^  ${code} `, "m"));
    }
  }),
);

Deno.test("every command tells the shape of its JSON at the head of its file", () => {
  for (const { name } of COMMANDS) {
    const file = new URL(`../../../src/cli/commands/${name}.ts`, import.meta.url);
    assert.match(readFileSync(file, "utf8").split("*/")[0]!, /JSON/, name);
  }
});

Deno.test("an alias means a command that is there, with words that it knows", async () => {
  for (const [alias, [name, ...words]] of Object.entries(ALIASES)) {
    const { entry } = findCommand(alias)!;
    assert.equal(entry.name, name);
    const { command } = await entry.load();
    const known = command.build(name!).options.map((option) => option.long);
    for (const word of words) assert.ok(known.includes(word), `${alias}: ${word}`);
  }
});
