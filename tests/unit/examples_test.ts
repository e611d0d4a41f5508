import assert from "node:assert/strict";
import { z } from "zod";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const PDFS = ["paper", "manual", "rulebook", "scan", "damaged", "encrypted"];
const TYPESET = ["paper", "manual", "rulebook"];

const Words = z.string().min(1).refine(
  (text) => text === text.trim() && !/\s\s|[\n\t]/.test(text),
  {
    message: "must be one line with single spaces",
  },
);
const Truth = z.strictObject({
  file: z.string(),
  title: Words,
  pages: z.number().int().positive(),
  tagged: z.boolean(),
  outline: z.number().int().positive(),
  headings: z.array(z.strictObject({
    level: z.number().int().min(1).max(4),
    number: z.string().nullable(),
    text: Words,
    page: z.number().int().positive(),
  })),
  phrases: z.array(Words),
  anywhere: z.array(Words),
  running: z.array(z.strictObject({ text: Words, allowed: z.number().int().min(0) })),
  dehyphenated: z.array(Words),
  tables: z.array(z.strictObject({
    id: Words,
    ruled: z.boolean(),
    header: z.array(Words),
    rows: z.array(z.array(z.string())),
  })),
  code: z.array(z.string().min(1)),
});

async function truthOf(name: string): Promise<z.infer<typeof Truth>> {
  return Truth.parse(
    JSON.parse(await Deno.readTextFile(new URL(`expected/${name}.json`, EXAMPLES))),
  );
}

Deno.test("every example begins as a PDF, and together they stay below 10 MB", async () => {
  let total = 0;
  for (const name of PDFS) {
    const bytes = await Deno.readFile(new URL(`${name}.pdf`, EXAMPLES));
    assert.equal(new TextDecoder().decode(bytes.subarray(0, 5)), "%PDF-", name);
    total += bytes.length;
  }
  assert.ok(total < 10_000_000, `${total} bytes`);
});

Deno.test("no PDF lies in examples/ that the README does not explain", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", EXAMPLES));
  const found = [];
  for await (const entry of Deno.readDir(EXAMPLES)) {
    if (entry.name.endsWith(".pdf")) found.push(entry.name);
  }
  assert.deepEqual(found.sort(), PDFS.map((name) => `${name}.pdf`).sort());
  for (const name of found) assert.ok(readme.includes(`\`${name}\``), name);
});

for (const name of TYPESET) {
  Deno.test(`the ground truth of ${name}.pdf is complete and agrees with itself`, async () => {
    const truth = await truthOf(name);
    assert.equal(truth.file, `${name}.pdf`);
    assert.ok(truth.phrases.length >= 20, "at least twenty phrases");
    assert.ok(truth.anywhere.length > 0 && truth.running.length > 0);
    assert.equal(truth.outline, truth.headings.length, "every heading is in the outline");
    for (const list of [truth.phrases, truth.anywhere, truth.dehyphenated]) {
      assert.equal(new Set(list).size, list.length, "nothing is listed twice");
    }
    let page = 1;
    for (const heading of truth.headings) {
      assert.ok(heading.page >= page && heading.page <= truth.pages, heading.text);
      page = heading.page;
    }
    for (const table of truth.tables) {
      assert.ok(table.rows.length > 0, table.id);
      for (const row of table.rows) assert.equal(row.length, table.header.length, table.id);
    }
  });
}

Deno.test("the examples have the lengths that the demo is meant to show", async () => {
  const pages = async (name: string) => (await truthOf(name)).pages;
  assert.ok(await pages("paper") >= 6 && await pages("paper") <= 8);
  assert.ok(await pages("manual") >= 100);
  assert.ok(await pages("rulebook") >= 12 && await pages("rulebook") <= 20);
});
