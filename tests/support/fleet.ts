/** A store in memory with jobs in it, and converters that do as the test says. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Conversion, Converter, ConvertRequest } from "../../src/convert/converter.ts";
import type { PdfHash, Priority } from "../../src/queue/job.ts";
import { rawKey } from "../../src/queue/layout.ts";
import { Queue } from "../../src/queue/queue.ts";
import { DEFAULT_CONFIG, queueSettings } from "../../src/queue/settings.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import type { ObjectStore } from "../../src/store/object_store.ts";
import type { WorkerDeps } from "../../src/worker/worker.ts";
import { ManualClock } from "./manual_clock.ts";

export type Fleet = ReturnType<typeof newFleet>;

/** Everything on one virtual clock; `wrap` puts a decorator around the store. */
export function newFleet(options: { wrap?(store: ObjectStore): ObjectStore } = {}) {
  const clock = new ManualClock();
  const memory = new MemoryStore({ clock });
  const store = options.wrap?.(memory) ?? memory;
  const random = seededRandom(7);
  const settings = queueSettings(DEFAULT_CONFIG);
  const queueOf = (worker: string) =>
    new Queue({ store, clock, random, log: silentLog, worker, settings });
  const queue = queueOf("tester");
  return { clock, memory, store, random, queueOf, queue };
}

/** Puts a PDF and its job into the store. Its bytes are `content`, its id their hash. */
export async function addJob(
  fleet: Fleet,
  content: string,
  priority: Priority = "3_normal",
): Promise<PdfHash> {
  const bytes = new TextEncoder().encode(content);
  const hash = createHash("sha256").update(bytes).digest("hex") as PdfHash;
  const metadata = { "original-name": `${content}.pdf`, tags: '["a","b"]' };
  await fleet.store.put(rawKey(hash), bytes, { kind: "absent" }, { metadata });
  await fleet.queue.enqueue(hash, priority, { isNew: true });
  return hash;
}

/** A converter whose work is a function. By default it writes the PDF's own bytes as Markdown. */
export class FakeConverter implements Converter {
  readonly name = "fake";
  readonly version = "1";
  closed = false;
  conversions = 0;

  constructor(private readonly work: (request: ConvertRequest) => Promise<Conversion> = copyPdf) {}

  convert(request: ConvertRequest): Promise<Conversion> {
    this.conversions++;
    return this.work(request);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

export async function copyPdf(request: ConvertRequest): Promise<Conversion> {
  const text = await Deno.readTextFile(request.pdf);
  await Deno.writeTextFile(join(request.outDir, "document.md"), `# ${text}\n`);
  request.onProgress?.({ stage: "writing", pagesDone: 1, pagesTotal: 1 });
  return { markdown: "document.md", pages: 1, needsOcr: [], warnings: [] };
}

/** Never ends by itself, only by its signal. */
export function endless(request: ConvertRequest): Promise<Conversion> {
  return new Promise((_, reject) => {
    const stop = () => reject(request.signal.reason);
    if (request.signal.aborted) stop();
    else request.signal.addEventListener("abort", stop, { once: true });
  });
}

export function workerDeps(
  fleet: Fleet,
  folder: string,
  rest: Partial<WorkerDeps> = {},
): WorkerDeps {
  return {
    queue: fleet.queueOf("bf-test-0"),
    clock: fleet.clock,
    random: fleet.random,
    log: silentLog,
    machine: { worker_id: "bf-test-0", status: "active" },
    version: "test",
    config: DEFAULT_CONFIG,
    converters: [new FakeConverter()],
    folder,
    ...rest,
  };
}

/** All keys that begin so, for assertions on where jobs are. */
export async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of store.list(prefix)) keys.push(...page.objects.map(({ key }) => key));
  return keys;
}
