/** The lite converter as a process: `blobforge host lite`, or this file run by itself. */
import { systemClock } from "../../base/clock.ts";
import type { HostEvent } from "../protocol.ts";
import { runLiteHost } from "./host.ts";
import type { EngineKeeper } from "./pdf_source.ts";
import { type Engine, startEngine } from "./pdfium/engine.ts";
import { loadPdfiumWasm } from "./pdfium_wasm.ts";

/**
 * Serves requests from stdin until it ends. Only events go to stdout: whatever prints by `console` prints to
 * stderr from here on.
 */
export async function main(): Promise<void> {
  const log = (line: string) => writeSync(Deno.stderr, `${line}\n`);
  for (const method of ["log", "info", "debug", "warn"] as const) {
    console[method] = (...values: unknown[]) => console.error(...values);
  }
  await runLiteHost({
    lines: linesOf(Deno.stdin.readable),
    write: (event: HostEvent) => writeSync(Deno.stdout, `${JSON.stringify(event)}\n`),
    log,
    engines: createEngineKeeper(log),
    clock: systemClock,
  });
}

/** Reads the WASM bytes once, and starts an engine whenever there is none. */
export function createEngineKeeper(log: (line: string) => void): EngineKeeper {
  let wasm: Uint8Array | null = null;
  let engine: Engine | null = null;
  return {
    async get() {
      wasm ??= await loadPdfiumWasm();
      return engine ??= await startEngine(wasm, log);
    },
    discard() {
      engine = null;
    },
  };
}

async function* linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function writeSync(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += to.writeSync(bytes.subarray(done));
}

if (import.meta.main) await main();
