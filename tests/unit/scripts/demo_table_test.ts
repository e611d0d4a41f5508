import assert from "node:assert/strict";
import stringWidth from "string-width";
import { type DemoRow, demoTable } from "../../../scripts/lib/demo_table.ts";

const done: DemoRow = {
  name: "paper.pdf",
  pages: 12,
  seconds: 1.23,
  outcome: "done",
  text: "markdown/paper.md",
};

Deno.test("demoTable() aligns names, pages, seconds and outcomes under their heads", () => {
  const encrypted: DemoRow = {
    name: "encrypted.pdf",
    pages: 0,
    seconds: -1,
    outcome: "explained",
    text: "it is encrypted",
  };
  assert.equal(
    demoTable([done, encrypted]),
    [
      "    PDF            pages  seconds  Markdown, or why there is none",
      "ok  paper.pdf         12      1.2  markdown/paper.md",
      "no  encrypted.pdf      -        -  it is encrypted",
    ].join("\n"),
  );
});

Deno.test("demoTable() stays within 80 columns, whatever the names and texts are", () => {
  const rows: DemoRow[] = [
    { ...done, name: "規則書".repeat(12) + ".pdf", text: "a/".repeat(60) + "x.md" },
    { ...done, name: "x".repeat(200), text: "y".repeat(200) },
    { ...done, text: "word ".repeat(40) },
    { ...done, text: "" },
  ];
  for (const line of demoTable(rows).split("\n")) assert.ok(stringWidth(line) <= 80, line);
});

Deno.test("demoTable() loses no letter of a text that goes on below", () => {
  const text = "markdown/a-folder-with-a-long-name/another-folder/and-the-file-at-its-end.md";
  const [, ...lines] = demoTable([{ ...done, text }]).split("\n");
  assert.ok(lines.length > 1);
  assert.equal(lines.map((line) => line.slice(31).trim()).join(""), text);
});
