import assert from "node:assert/strict";
import { join } from "node:path";
import type { Progress } from "../../../src/convert/converter.ts";
import { failureOf, withHost } from "./with_host.ts";

Deno.test("a conversion gives the host's result and passes its progress on", () =>
  withHost({}, async ({ converter, convert, outDir }) => {
    assert.equal(converter.version, "unknown");
    const seen: Progress[] = [];
    const conversion = await convert("good", { onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(conversion, {
      markdown: "source.md",
      pages: 2,
      needsOcr: [1, 2],
      warnings: ["page 2 is a scan"],
    });
    assert.deepEqual(seen.map((p) => [p.stage, p.pagesDone, p.pagesTotal]), [
      ["reading", 1, 10],
      ["reading", 2, 10],
    ]);
    assert.match(Deno.readTextFileSync(join(outDir, "source.md")), /^# by/);
    assert.equal(converter.version, "1.2.3");
  }));

Deno.test("one host takes many documents, also after one that was bad", () =>
  withHost({}, async ({ convert, groups }) => {
    await convert("good");
    const error = await failureOf(convert("poison"));
    await convert("good");
    assert.equal(groups.size, 1);
    assert.deepEqual([error.kind, error.reason, error.message, error.hint], [
      "poison",
      "encrypted",
      "Locked",
      "Ask",
    ]);
  }));

Deno.test("a host that reports its machine's fault is replaced", () =>
  withHost({}, async ({ convert, groups }) => {
    const error = await failureOf(convert("infra"));
    assert.deepEqual([error.kind, error.reason, error.message], [
      "infra",
      "no-model",
      "No model here",
    ]);
    await convert("good");
    assert.equal(groups.size, 2);
  }));

Deno.test("what is no event of this document is passed over", () =>
  withHost({}, async ({ convert }) => {
    const seen: Progress[] = [];
    const { markdown } = await convert("garbage", {
      onProgress: (progress) => seen.push(progress),
    });
    assert.equal(markdown, "source.md");
    assert.deepEqual(seen, []);
  }));

Deno.test("of a flood on stderr the end is kept, and the host is not held up by it", () =>
  withHost({}, async ({ convert }) => {
    const error = await failureOf(convert("flood"));
    assert.equal(error.reason, "odd");
    assert(error.log!.endsWith("the very end\n"));
    assert.equal(error.log!.length, 64 * 1024);
  }));

Deno.test("a document's log holds nothing of the document before", () =>
  withHost({}, async ({ convert }) => {
    await convert("good");
    const error = await failureOf(convert("crashLater"));
    assert.equal(error.log, "Traceback: division by zero\n");
  }));

Deno.test("a result that was announced with the last breath counts", () =>
  withHost({}, async ({ convert }) => {
    assert.equal((await convert("lastWords")).pages, 2);
    assert.equal((await convert("lastWords")).pages, 2);
  }));

for (
  const [act, why] of [
    ["noFile", /does not exist/],
    ["noName", /"" is not the name/],
    ["outside", /is not the name of a file in its output folder/],
    ["link", /not a plain file/],
    ["noPages", /pages/],
    ["wrongPage", /page 9 of 2/],
    ["badError", /kind/],
  ] as const
) {
  Deno.test(`a result that cannot be used is refused: ${act}`, () =>
    withHost({}, async ({ convert, outDir }) => {
      const error = await failureOf(convert(act));
      assert.deepEqual([error.kind, error.reason], ["transient", "bad-result"]);
      assert.match(error.message, why);
      await Deno.remove(join(outDir, "..", "outside.md")).catch(() => {});
    }));
}

Deno.test("two documents at once are refused, and the first is not disturbed", () =>
  withHost({}, async ({ converter, outDir }) => {
    const { signal } = new AbortController();
    const request = { pdf: "good.pdf", outDir, signal, timeoutMs: 60_000 };
    const first = converter.convert({ ...request, pdf: "/good.pdf" });
    assert.equal((await failureOf(converter.convert(request))).reason, "busy");
    assert.equal((await first).pages, 2);
  }));

Deno.test("an error of the caller's own progress function reaches the caller", () =>
  withHost({}, async ({ convert }) => {
    const onProgress = () => {
      throw new RangeError("mine");
    };
    await assert.rejects(convert("good", { onProgress }), RangeError);
    assert.equal((await convert("good")).pages, 2);
  }));

Deno.test("a fresh host is started after so many documents", () =>
  withHost({ recycleAfterDocuments: 2 }, async ({ convert, groups }) => {
    for (let i = 0; i < 5; i++) await convert("good");
    assert.equal(groups.size, 3);
  }));

Deno.test("a fresh host is started after a document that left it large", () =>
  withHost({ recycleAboveBytes: 1 }, async ({ convert, groups }) => {
    for (let i = 0; i < 2; i++) await convert("good");
    assert.equal(groups.size, 2);
  }));
