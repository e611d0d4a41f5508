/** Runs the lite converter's host in this process on bytes of PDFs. */
import { systemClock } from "../../src/base/clock.ts";
import { runLiteHost } from "../../src/convert/lite/host.ts";
import { createEngineKeeper } from "../../src/convert/lite/lite_main.ts";
import type { EngineKeeper } from "../../src/convert/lite/pdf_source.ts";
import { type HostEvent, hostEvent } from "../../src/convert/protocol.ts";

const engines = createEngineKeeper(() => {});

export type Converted = {
  /** The last event: `done` or `error`. */
  result: Extract<HostEvent, { type: "done" | "error" }>;
  events: HostEvent[];
  /** Empty when there was no result. */
  markdown: string;
  /** Names of the files beside it. */
  files: string[];
};

/** One document through a host. The folders are gone afterwards. */
export async function convertBytes(
  pdf: Uint8Array,
  keeper: EngineKeeper = engines,
): Promise<Converted> {
  const folder = await Deno.makeTempDir({ prefix: "lite-test-" });
  try {
    await Deno.writeFile(`${folder}/in.pdf`, pdf);
    await Deno.mkdir(`${folder}/out`);
    const request = { type: "convert", id: 7, pdf: `${folder}/in.pdf`, out: `${folder}/out` };
    const events = await serve([JSON.stringify(request)], keeper);
    const result = events.at(-1)!;
    if (result.type !== "done" && result.type !== "error") throw new Error("no end came");
    const files = Array.from(Deno.readDirSync(`${folder}/out`), (entry) => entry.name).sort();
    const markdown = result.type === "done"
      ? await Deno.readTextFile(`${folder}/out/${result.markdown}`)
      : "";
    return { result, events, markdown, files: files.filter((name) => name !== "document.md") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a host says to these lines. Every event is checked against the protocol. */
export async function serve(
  lines: string[],
  keeper: EngineKeeper = engines,
): Promise<HostEvent[]> {
  const events: HostEvent[] = [];
  await runLiteHost({
    lines: (async function* () {
      yield* lines;
    })(),
    write: (event) => void events.push(hostEvent.parse(event)),
    log: () => {},
    engines: keeper,
    clock: systemClock,
  });
  return events;
}
