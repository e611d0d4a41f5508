/** Start-up time: what is not needed is not loaded. Read from the module graph, so that no clock decides. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

type Graph = {
  redirects?: Record<string, string>;
  modules: {
    specifier: string;
    dependencies?: { specifier: string; isDynamic?: boolean; code?: { specifier?: string } }[];
  }[];
};

/** Every module that is loaded with this one, without those that are imported when they are needed. */
async function loadedWith(path: string): Promise<string[]> {
  const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json", file] });
  const graph = JSON.parse(new TextDecoder().decode((await command.output()).stdout)) as Graph;
  const modules = new Map(graph.modules.map((module) => [module.specifier, module]));
  const seen = new Set<string>();
  const visit = (specifier: string) => {
    const name = graph.redirects?.[specifier] ?? specifier;
    if (seen.has(name)) return;
    seen.add(name);
    for (const dependency of modules.get(name)?.dependencies ?? []) {
      const to = dependency.code?.specifier;
      if (to !== undefined && !dependency.isDynamic) visit(to);
    }
  };
  visit(new URL(`../../../${path}`, import.meta.url).href);
  return [...seen];
}

const HEAVY = /aws-sdk|smithy|embedpdf|\/convert\/lite\/|s3_store/;

Deno.test("the command line itself loads no command, no store and no converter", async () => {
  const loaded = await loadedWith("src/cli/cli.ts");
  assert.ok(loaded.length > 5);
  assert.deepEqual(
    loaded.filter((one) => /src\/(store|queue|convert|worker|library)\//.test(one)),
    [],
  );
  assert.deepEqual(loaded.filter((one) => one.includes("/commands/")), []);
});

Deno.test("no command loads an SDK or an engine before it needs it", async () => {
  for (const name of ["status", "list", "get", "ingest", "worker", "doctor", "convert"]) {
    const loaded = await loadedWith(`src/cli/commands/${name}.ts`);
    assert.deepEqual(loaded.filter((one) => HEAVY.test(one)), [], name);
  }
  assert.deepEqual(
    (await loadedWith("src/cli/system_parts.ts")).filter((one) => HEAVY.test(one)),
    [],
  );
});
