import assert from "node:assert/strict";
import fc from "fast-check";
import { startEngine } from "../../../../src/convert/lite/pdfium/engine.ts";
import { loadPdfiumWasm } from "../../../../src/convert/lite/pdfium_wasm.ts";
import { convertBytes, serve } from "../../../support/pdf_lite_host.ts";
import { textColumn, writePdf } from "../../../support/pdf_writer.ts";

const TEXT = textColumn([
  "The first line of a page with enough words to be read as text,",
  "and a second line that ends the paragraph.",
]);

/** The smallest JPEG: one gray pixel. */
const JPEG = Uint8Array.from(
  atob(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////" +
      "//////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=",
  ),
  (character) => character.charCodeAt(0),
);
const SCAN = { images: [{ x: 0, y: 0, width: 612, height: 792, jpeg: JPEG }] };

function checkerboard(size: number) {
  const pixels = Uint8Array.from({ length: size * size }, (_, at) => (at * 7919) % 251);
  return { width: size, height: size, pixels };
}

async function failure(pdf: Uint8Array) {
  const { result } = await convertBytes(pdf);
  assert.equal(result.type, "error");
  return result.type === "error" ? `${result.kind}/${result.reason}` : "";
}

Deno.test("the host turns a PDF into Markdown and says how far it is", async () => {
  const { result, events, markdown } = await convertBytes(writePdf([{ texts: TEXT }]));
  assert.equal(result.type, "done");
  assert.equal(
    markdown,
    "The first line of a page with enough words to be read as text, " +
      "and a second line that ends the paragraph.\n",
  );
  assert.equal(events[0]?.type, "ready");
  const progress = events.filter((event) => event.type === "progress");
  assert.deepEqual(progress.map((event) => event.stage), ["reading", "writing"]);
  assert.ok(progress.every((event) => event.pages_done <= event.pages_total));
});

Deno.test("the host names why a document cannot be converted", async () => {
  assert.equal(await failure(new Uint8Array()), "poison/not-a-pdf");
  assert.equal(
    await failure(new TextEncoder().encode("<html>404</html>")),
    "poison/not-a-pdf",
  );
  assert.equal(await failure(new TextEncoder().encode("%PDF-1.4\nnothing")), "poison/damaged");
  assert.equal(await failure(writePdf([])), "poison/no-pages");
  const locked = writePdf([{ texts: TEXT }], { password: { user: "secret", owner: "boss" } });
  assert.equal(await failure(locked), "poison/encrypted");
});

Deno.test("the host opens a document that only its owner's password protects", async () => {
  const pdf = writePdf([{ texts: TEXT }], { password: { user: "", owner: "boss" } });
  const { result, markdown } = await convertBytes(pdf);
  assert.equal(result.type, "done");
  assert.match(markdown, /^The first line of a page/);
});

Deno.test("a file that is not there is an error, and the host goes on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const ask = (id: number) =>
      JSON.stringify({ type: "convert", id, pdf: `${folder}/none.pdf`, out: folder });
    const events = await serve([ask(1), "not JSON", "", ask(2)]);
    assert.deepEqual(
      events.slice(1).map((event) => event.type === "error" && [event.id, event.reason]),
      [[1, "file"], [null, "protocol"], [2, "file"]],
    );
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("a document of scanned pages only is a failure that says what to do", async () => {
  const { result } = await convertBytes(writePdf([SCAN, SCAN]));
  assert.equal(result.type === "error" && result.kind, "unreadable");
  assert.equal(result.type === "error" && result.reason, "needs-ocr");
  assert.match(result.type === "error" && result.hint || "", /marker/);
});

Deno.test("a scanned page among text is reported and kept as its original JPEG", async () => {
  const { result, markdown, files } = await convertBytes(writePdf([{ texts: TEXT }, SCAN]));
  assert.deepEqual(result.type === "done" && result.needs_ocr, [2]);
  assert.deepEqual(files, ["page-0002-1.jpg"]);
  assert.match(markdown, /<!-- page 2: not read, needs OCR -->\n\n!\[Page 2\]\(page-0002-1\.jpg\)/);
});

Deno.test("a blank document is done, with a warning", async () => {
  const { result, markdown } = await convertBytes(writePdf([{}, {}]));
  assert.equal(result.type === "done" && result.pages, 2);
  assert.match(result.type === "done" ? result.warnings.join() : "", /blank/);
  assert.equal(markdown, "");
});

Deno.test("pictures become files once each, and tiny ones are left out", async () => {
  const big = { x: 72, y: 200, width: 200, height: 200, gray: checkerboard(64) };
  const pages = [
    { texts: TEXT, images: [big, { ...big, x: 400, y: 500, width: 8, height: 8 }] },
    { texts: TEXT, images: [big] },
  ];
  const { markdown, files } = await convertBytes(writePdf(pages));
  assert.deepEqual(files, ["page-0001-1.png"]);
  assert.equal(markdown.match(/!\[Page \d\]\(page-0001-1\.png\)/g)?.length, 2);
});

Deno.test("the outline's entries become headings at its levels", async () => {
  const texts = [{ text: "Beginnings", x: 72, y: 72, size: 11, font: "bold" as const }, ...TEXT];
  const { markdown } = await convertBytes(
    writePdf([{ texts }], { outline: [{ title: "Beginnings", page: 1 }] }),
  );
  assert.match(markdown, /^# Beginnings\n\nThe first line/);
});

Deno.test("two columns are read one after the other, across the pages", async () => {
  const words = (name: string, ends: string) => [
    ...Array.from({ length: 9 }, (_, at) => `${name} ${at} has a line of even length`),
    `${name} ${ends}`,
  ];
  const page = {
    texts: [
      ...textColumn(words("left", "goes on in the next"), { x: 60 }),
      ...textColumn(words("right", "is where this ends."), { x: 330 }),
    ],
  };
  const { markdown } = await convertBytes(writePdf([page]));
  assert.equal(markdown.trim().split("\n").length, 1);
  assert.ok(
    markdown.indexOf("left 9") < 0 && markdown.indexOf("left 8") < markdown.indexOf("right 0"),
  );
});

Deno.test("running headers and page numbers are left out", async () => {
  const pages = Array.from({ length: 5 }, (_, at) => ({
    texts: [
      { text: "A Book of Tests", x: 72, y: 40, size: 9 },
      { text: String(at + 1), x: 300, y: 760, size: 9 },
      ...textColumn([`Page number ${at} has its own words which stay,`, "as they should."]),
    ],
  }));
  const { markdown } = await convertBytes(writePdf(pages));
  assert.doesNotMatch(markdown, /A Book of Tests|^\d$/m);
  assert.match(markdown, /Page number 4 has its own words/);
});

Deno.test("text set sideways is read as if the page were turned", async () => {
  const { markdown } = await convertBytes(writePdf([{ texts: TEXT, rotate: 90 }]));
  assert.match(markdown, /^The first line of a page/);
});

Deno.test("whatever the bytes are, the answer is one error event", async () => {
  const sample = writePdf([{ texts: TEXT }, SCAN], { outline: [{ title: "One", page: 1 }] });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }).map((rest) =>
          Uint8Array.from([...new TextEncoder().encode("%PDF-1.7\n"), ...rest])
        ),
      ),
      async (bytes) => assert.equal((await convertBytes(bytes)).result.type, "error"),
    ),
    { numRuns: 60 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
      fc.nat(sample.length),
      async (changes, length) => {
        const bytes = sample.slice(0, Math.max(length, sample.length / 2));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const { events } = await convertBytes(bytes);
        const ends = events.filter(({ type }) => type === "done" || type === "error");
        assert.equal(ends.length, 1);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("an engine that dies on a page is replaced, and the other pages are read", async () => {
  const wasm = await loadPdfiumWasm();
  let started = 0;
  const keeper = dyingKeeper(wasm, () => ++started === 1);
  const { result, markdown } = await convertBytes(
    writePdf([{ texts: TEXT }, { texts: TEXT }]),
    keeper,
  );
  assert.equal(started, 2);
  assert.deepEqual(result.type === "done" && result.warnings, ["Damaged, not read: page 1"]);
  assert.match(markdown, /<!-- page 1: could not be read -->\n\nThe first line/);
});

Deno.test("an engine that dies again and again is a poisoned document, not a crash", async () => {
  const keeper = dyingKeeper(await loadPdfiumWasm(), () => true);
  const { result } = await convertBytes(writePdf(Array(6).fill({ texts: TEXT })), keeper);
  assert.equal(result.type === "error" && `${result.kind}/${result.reason}`, "poison/damaged");
});

/** Engines whose first page traps, as a hostile page would make them. */
function dyingKeeper(wasm: Uint8Array, dies: () => boolean) {
  let engine: Awaited<ReturnType<typeof startEngine>> | null = null;
  return {
    async get() {
      if (engine) return engine;
      const fresh = await startEngine(wasm, () => {});
      let armed = dies();
      const call = {
        ...fresh.call,
        FPDF_LoadPage: (...args: number[]) => {
          if (armed) {
            armed = false;
            throw new WebAssembly.RuntimeError("unreachable");
          }
          return fresh.call.FPDF_LoadPage!(...args);
        },
      };
      return engine = { ...fresh, call };
    },
    discard() {
      engine = null;
    },
  };
}
