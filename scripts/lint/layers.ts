/** Who may import whom (STYLE.md: imports point down only). Paths are relative to the repository, with `/`. */
import { posix } from "node:path";
import project from "../../deno.json" with { type: "json" };

/** From the bottom up. A layer may import itself and every layer in a row above it here. */
const ROWS = [
  ["base"],
  ["store"],
  ["queue"],
  ["convert", "library"],
  ["ingest"],
  ["janitor"],
  ["worker"],
  ["agent"],
  ["cli"],
];

/** Packages that belong to one layer, so that the rest of the program does not learn of them. */
const OWNERS: [name: RegExp, layer: string][] = [
  [/^@(aws-sdk|smithy)\//, "store"],
  [/^@embedpdf\//, "convert"],
  [/^(@hono\/.*|hono)$/, "agent"],
  [/^(@commander-js\/.*|commander|@bomb\.sh\/tab)$/, "cli"],
];

const RULES = "src/queue/rules/";
const PACKAGES = Object.keys(project.imports);

export type Import = { from: string; specifier: string; typeOnly: boolean; dynamic: boolean };

/** What is wrong with an import, in one sentence; null if nothing is. Files outside src/ and main.ts are free. */
export function judgeImport(wanted: Import): string | null {
  if (wanted.from !== "main.ts" && !wanted.from.startsWith("src/")) return null;
  const { specifier } = wanted;
  if (specifier.startsWith("node:")) return null;
  if (!specifier.startsWith(".")) return judgePackage(wanted);
  return judgeFile(wanted, posix.join(posix.dirname(wanted.from), specifier));
}

function judgePackage({ from, specifier, dynamic, typeOnly }: Import): string | null {
  const named = PACKAGES.find((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (named === undefined) return `"${specifier}" is not named in the imports of deno.json`;
  if (dynamic && !typeOnly) {
    return `"${specifier}" is imported dynamically, and a bundle keeps no named exports of CommonJS then: ` +
      "import it statically, and import your own file dynamically";
  }
  const owner = OWNERS.find(([pattern]) => pattern.test(named))?.[1];
  if (owner === undefined || owner === layerOf(from)) return null;
  return `only src/${owner} may import "${named}"`;
}

function judgeFile({ from, typeOnly }: Import, to: string): string | null {
  if (from === "main.ts") {
    return layerOf(to) === "cli" ? null : `main.ts may import only src/cli, not ${to}`;
  }
  if (to === "deno.json" && from === "src/base/version.ts") return null;
  if (!to.startsWith("src/")) return `src may not import ${to}, which is outside of it`;
  const [own, other] = [layerOf(from), layerOf(to)];
  if (rowOf(own) < 0) return `src/${own} is not a layer: add it to scripts/lint/layers.ts`;
  if (own !== other && rowOf(other) >= rowOf(own)) {
    return `${own} may not import ${other}: imports point down only (${chain()})`;
  }
  const pure = to.startsWith(RULES) || other === "base" || typeOnly;
  if (from.startsWith(RULES) && !pure) {
    return `the rules of the queue are pure and may import only types (import type) from ${to}`;
  }
  return null;
}

function layerOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function rowOf(layer: string): number {
  return ROWS.findIndex((row) => row.includes(layer));
}

function chain(): string {
  return ROWS.toReversed().map((row) => row.join(", ")).join(" > ");
}
