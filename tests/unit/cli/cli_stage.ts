/** A command line without a process: streams are strings, the store is in memory, conversion is a stub. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { run } from "../../../src/cli/cli.ts";
import type { Parts } from "../../../src/cli/compose.ts";
import { type Io, OutputClosed, type SignalName } from "../../../src/cli/io.ts";
import type { Converter, ConvertRequest } from "../../../src/convert/converter.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import type { ObjectStore } from "../../../src/store/object_store.ts";

export type Said = { code: number; stdout: string; stderr: string };

export type StageOptions = {
  /** Columns of the terminal; null: none. */
  columns?: number | null;
  env?: Record<string, string>;
  stdin?: string;
  /** Answers of the person at the terminal; without any there is nobody. */
  answers?: string[];
  convert?(request: ConvertRequest): Promise<void>;
  store?: ObjectStore;
  /** For commands that run on beside themselves (the worker): the default clock would run away. */
  clock?: Clock;
};

/** 2026-11-03 14:00:00 UTC. */
const START = Date.UTC(2026, 10, 3, 14);

export class Stage {
  /** Advances by itself: whoever sleeps wakes at once, later. */
  nowMs = START;
  readonly folder = mkdtempSync(join(tmpdir(), "blobforge-cli-"));
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly exits: number[] = [];
  /** Called with each line on stderr: tests send signals there. */
  onStderr: ((text: string) => void) | undefined;
  /** Writes to stdout fail from now on, as when `head` has gone. */
  readerIsGone = false;
  #signalled: ((signal: SignalName) => void) | undefined;

  constructor(private readonly options: StageOptions = {}) {
    this.clock = options.clock ?? {
      now: () => this.nowMs,
      monotonic: () => this.nowMs,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        await new Promise<void>((resolve) => queueMicrotask(resolve));
        this.nowMs += ms;
        signal?.throwIfAborted();
      },
    };
    this.store = options.store ?? new MemoryStore({ clock: this.clock, url: "memory:stage" });
  }

  /** Runs one command line to its end. */
  async run(...args: string[]): Promise<Said> {
    const said: Said = { code: -1, stdout: "", stderr: "" };
    said.code = await run(args, this.#io(said), this.#parts());
    return said;
  }

  /** The same with `--json`: the document instead of the text. */
  // deno-lint-ignore no-explicit-any -- tests look at any field of any command
  async json(...args: string[]): Promise<{ code: number; data: any; stderr: string }> {
    const { code, stdout, stderr } = await this.run(...args, "--json");
    return { code, data: JSON.parse(stdout), stderr };
  }

  signal(name: SignalName): void {
    this.#signalled?.(name);
  }

  /** A file below the stage's folder; PDFs are told by their first bytes. */
  file(name: string, text = `%PDF-1.4\n${name}\n%%EOF\n`): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #io(said: Said): Io {
    const { columns = null, answers, stdin = "" } = this.options;
    return {
      stdout: (text) => {
        if (this.readerIsGone) throw new OutputClosed();
        said.stdout += text;
      },
      stderr: (text) => {
        said.stderr += text;
        this.onStderr?.(text);
      },
      stdoutColumns: () => columns,
      stderrColumns: () => columns,
      stdinIsTerminal: answers !== undefined,
      readStdin: () => Promise.resolve(stdin),
      readLine: () => answers?.shift() ?? null,
      env: {
        BLOBFORGE_STATE_DIR: join(this.folder, "state"),
        BLOBFORGE_CACHE_DIR: join(this.folder, "cache"),
        ...this.options.env,
      },
      onSignal: (handle) => {
        this.#signalled = handle;
        return () => this.#signalled = undefined;
      },
      exit: (code) => void this.exits.push(code),
    };
  }

  #parts(): Parts {
    return {
      clock: this.clock,
      random: seededRandom(7),
      openStore: () => Promise.resolve({ store: this.store, byDefault: false }),
      openConverter: () => Promise.resolve(new StubConverter(this.options.convert)),
    };
  }
}

class StubConverter implements Converter {
  readonly name = "stub";
  readonly version = "1";

  constructor(private readonly act?: (request: ConvertRequest) => Promise<void>) {}

  async convert(request: ConvertRequest) {
    await this.act?.(request);
    const text = "# Title\n\nBlobForge turns PDFs into Markdown.\n";
    writeFileSync(join(request.outDir, "source.md"), text);
    return { markdown: "source.md", pages: 3, needsOcr: [2], warnings: [] };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Gives the body a stage, and takes it away again. */
export function onStage(
  body: (stage: Stage) => Promise<void>,
  options: StageOptions = {},
): () => Promise<void> {
  return async () => {
    const stage = new Stage(options);
    try {
      await body(stage);
    } finally {
      stage.end();
    }
  };
}
