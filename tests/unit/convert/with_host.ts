/** Runs a test host under the supervisor, and checks afterwards that nothing of it is left. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLog } from "../../../src/base/log.ts";
import { type Conversion, ConversionError, type Progress } from "../../../src/convert/converter.ts";
import { HostConverter, type HostOptions } from "../../../src/convert/host.ts";

export type Bench = {
  converter: HostConverter;
  outDir: string;
  /** Groups of all hosts that were seen at work. */
  groups: Set<number>;
  /** `good` has the host convert `good.pdf`, into an empty `outDir`. */
  convert(
    act: string,
    options?: {
      timeoutMs?: number;
      signal?: AbortSignal;
      onProgress?(progress: Progress): void;
    },
  ): Promise<Conversion>;
};

const HOSTS = new URL("../../fixtures/hosts/", import.meta.url);
const LONG_MS = 120_000;

export function hostCommand(script: string): string[] {
  return [Deno.execPath(), "run", "--quiet", "-A", fileURLToPath(new URL(script, HOSTS))];
}

export async function withHost(
  changes: Partial<HostOptions> & { script?: string },
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  const { script = "host_script.ts", ...options } = changes;
  const mark = `test-${crypto.randomUUID()}`;
  const converter = new HostConverter({
    name: "test",
    command: hostCommand(script),
    env: { BLOBFORGE_TEST_MARK: mark },
    startTimeoutMs: LONG_MS,
    stallTimeoutMs: LONG_MS,
    memoryLimitBytes: 0,
    ...options,
  }, { clock: systemClock, log: silentLog });
  const outDir = await Deno.makeTempDir();
  const bench = makeBench(converter, outDir);
  try {
    await run(bench);
  } finally {
    await converter.close();
    await Deno.remove(outDir, { recursive: true });
  }
  assert.deepEqual(leftOf(bench.groups, mark), []);
}

function makeBench(converter: HostConverter, outDir: string): Bench {
  const groups = new Set<number>();
  const note = () => {
    if (converter.pid !== null) groups.add(converter.pid);
  };
  return {
    converter,
    outDir,
    groups,
    async convert(act, { timeoutMs = LONG_MS, signal, onProgress } = {}) {
      await converter.start(); // so that its process is known whatever becomes of it
      note();
      await Deno.remove(outDir, { recursive: true });
      await Deno.mkdir(outDir);
      return await converter.convert({
        pdf: `/nowhere/${act}.pdf`,
        outDir,
        signal: signal ?? new AbortController().signal,
        timeoutMs,
        onProgress,
      }).finally(note);
    },
  };
}

/** The error that a conversion ends with. */
export async function failureOf(conversion: Promise<unknown>): Promise<ConversionError> {
  const error = await conversion.then(() => null, (error: unknown) => error);
  assert(error instanceof ConversionError, `a ConversionError was expected, got ${error}`);
  return error;
}

type Entry = { pid: number; parent: number; group: number; state: string };

/**
 * Processes of these groups, or that inherited the mark, and guards of these groups. Zombies too if
 * they are ours; those of others wait for the system's first process.
 */
export function leftOf(groups: Set<number>, mark: string): string[] {
  if (Deno.build.os !== "linux") return [];
  return processes().filter(({ pid, parent, group, state }) => {
    if (state === "Z") return parent === Deno.pid && groups.has(group);
    const [, guarded] = read(`/proc/${pid}/cmdline`).split("blobforge-guard\0");
    return groups.has(group) || groups.has(parseInt(guarded ?? "")) ||
      read(`/proc/${pid}/environ`).includes(mark);
  }).map(({ pid }) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`);
}

export function processes(): Entry[] {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).flatMap(
    (entry) => {
      const stat = read(`/proc/${entry.name}/stat`);
      const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === undefined || stat === "") return [];
      return [{ pid: Number(entry.name), parent: Number(parent), group: Number(group), state }];
    },
  );
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
