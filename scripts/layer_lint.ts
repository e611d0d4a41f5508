/**
 * Plugin of `deno lint` (named in deno.json): keeps the layers of src/ in order,
 * and time, chance and the environment in their one home each.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { judgeBuiltin, judgeDate, judgeGlobal, judgeMember } from "./lint/ambient.ts";
import { judgeImport } from "./lint/layers.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

type Context = Deno.lint.RuleContext;
type Node = Deno.lint.Node;

const plugin: Deno.lint.Plugin = {
  name: "blobforge",
  rules: {
    layers: { create: layers },
    ambient: { create: ambient },
  },
};
export default plugin;

function layers(context: Context): Deno.lint.LintVisitor {
  const from = pathOf(context);
  const check = (
    node: Node,
    source: Node | null,
    how: { typeOnly?: boolean; dynamic?: boolean },
  ) => {
    const specifier = textOf(source);
    if (specifier === null) return;
    const { typeOnly = false, dynamic = false } = how;
    report(context, node, judgeImport({ from, specifier, typeOnly, dynamic }));
  };
  return {
    ImportDeclaration: (node) =>
      check(node, node.source, {
        typeOnly: node.importKind === "type" || allTypes(node.specifiers),
      }),
    ExportNamedDeclaration: (node) =>
      check(node, node.source, { typeOnly: node.exportKind === "type" }),
    ExportAllDeclaration: (node) =>
      check(node, node.source, { typeOnly: node.exportKind === "type" }),
    ImportExpression: (node) => check(node, node.source, { dynamic: true }),
    TSImportType(node) {
      // `import("./x.ts").Name`: its first child is a literal type around the specifier.
      const { argument } = node as unknown as { argument: Node & { literal?: Node } };
      check(node, argument.literal ?? argument, { typeOnly: true });
    },
  };
}

function ambient(context: Context): Deno.lint.LintVisitor {
  const file = pathOf(context);
  return {
    ImportDeclaration(node) {
      const module = textOf(node.source) ?? "";
      for (const specifier of node.specifiers) {
        const name = specifier.type === "ImportSpecifier" ? nameOf(specifier.imported) : "*";
        report(context, specifier, judgeBuiltin(file, module, name ?? "*"));
      }
    },
    CallExpression(node) {
      const name = nameOf(node.callee);
      if (name === null) return;
      report(context, node, judgeDate(file, name === "Date") ?? judgeGlobal(file, name));
    },
    NewExpression(node) {
      const reads = nameOf(node.callee) === "Date" && node.arguments.length === 0;
      report(context, node, judgeDate(file, reads));
    },
    MemberExpression(node) {
      const [object, property] = [nameOf(node.object), nameOf(node.property)];
      if (object !== null && property !== null) {
        report(context, node, judgeMember(file, object, property));
      }
    },
  };
}

function report(context: Context, node: Node, message: string | null): void {
  if (message !== null) context.report({ node, message });
}

function pathOf(context: Context): string {
  return relative(ROOT, context.filename).replaceAll("\\", "/");
}

function textOf(node: Node | null): string | null {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : null;
}

function nameOf(node: Node): string | null {
  return node.type === "Identifier" ? node.name : textOf(node);
}

/** `import { type A, type B }` imports no value either. */
function allTypes(specifiers: Node[]): boolean {
  return specifiers.length > 0 &&
    specifiers.every((one) => one.type === "ImportSpecifier" && one.importKind === "type");
}
