import assert from "node:assert/strict";
import { join } from "node:path";
import { fileBody } from "../../../src/ingest/file_body.ts";
import { hashOf, withFolder } from "./workbench.ts";

Deno.test("a file's body can be read again and again, and let go half-way", async () => {
  const text = "0123456789".repeat(100_000);
  await withFolder({ "a.pdf": text }, async (folder) => {
    const body = fileBody(join(folder, "a.pdf"), text.length, hashOf(text));
    for (let round = 0; round < 2; round++) {
      assert.equal(await new Response(body.open()).text(), text);
    }
    const reader = body.open().getReader();
    assert.ok((await reader.read()).value!.length < text.length);
    await reader.cancel(); // the test runner reports the file if it stays open
    await body.open().cancel();
    assert.equal(body.failure, undefined);
  });
});

Deno.test("a body whose file is gone fails when it is read, and says so", async () => {
  const body = fileBody("/nowhere/a.pdf", 3, hashOf("abc"));
  await assert.rejects(new Response(body.open()).text());
  assert.ok(body.failure instanceof Deno.errors.NotFound);
});
