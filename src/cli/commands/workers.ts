/**
 * JSON: `{"workers": [{id, hostname, status, is_alive, jobs: [hash], version, platform, cpu_count,
 * memory_gb, pid, registered_at, seen_s}]}`, those heard of last first; `seen_s`: seconds since then.
 */
import { type ListedWorker, listWorkers } from "../../queue/worker_records.ts";
import { defineCommand } from "../command.ts";
import type { Cell } from "../table.ts";
import { safe, type Style } from "../text.ts";
import { ago, shortHash } from "../values.ts";

/** A worker that was not heard of for this long has probably gone without a word. */
export const ALIVE_MS = 5 * 60_000;

export const command = defineCommand({
  about: "The machines that convert, or did: what each is doing and when it was heard of last.",
  examples: [
    ["blobforge workers", "all that ever registered"],
    ["blobforge workers --active", "only those that are alive"],
    ["blobforge workers -v", "with processors, memory and version"],
  ],
  setup: (command) => command.option("--active", "only those that are alive"),
  async run({ app: open, config, out }, { active }) {
    const app = await open();
    const all = (await listWorkers(app.store)).map(workerJson);
    const workers = active ? all.filter((worker) => worker.is_alive) : all;
    out.result({ workers }, () => {
      if (workers.length === 0) {
        out.line(active ? "No worker is alive." : "No worker has registered yet.");
        return out.tip("Run `blobforge worker` on every machine that is to convert.");
      }
      const more = config.verbose ? ["cpu", "memory", "pid", "version"] : [];
      out.table(
        [
          { title: "worker", flex: "middle" },
          { title: "host", flex: "end" },
          { title: "status" },
          { title: "heard of" },
          ...more.map((title) => ({ title })),
          { title: "job", flex: "end" },
        ],
        workers.map((worker) => workerRow(worker, config.verbose)),
      );
    });
  },
});

export type WorkerJson = ReturnType<typeof workerJson>;

export function workerJson(worker: ListedWorker) {
  const listed = worker.current_jobs;
  const jobs = Array.isArray(listed)
    ? listed.filter((job) => typeof job === "string")
    : worker.current_job
    ? [worker.current_job]
    : [];
  return {
    id: worker.worker_id,
    hostname: worker.hostname ?? null,
    status: worker.status,
    is_alive: worker.status !== "stopped" && worker.ageMs < ALIVE_MS,
    jobs,
    version: typeof worker.version === "string" ? worker.version : null,
    platform: worker.platform ?? null,
    cpu_count: worker.cpu_count ?? null,
    memory_gb: worker.memory_gb ?? null,
    pid: worker.pid ?? null,
    registered_at: worker.registered_at ?? null,
    seen_s: Math.round(worker.ageMs / 1000),
  };
}

export function workerStatus(worker: WorkerJson): Cell {
  if (worker.status === "stopped") return { text: "stopped", style: "dim" };
  if (!worker.is_alive) return { text: "silent", style: "yellow" };
  const style: Style = worker.status === "processing" ? "cyan" : "green";
  return { text: worker.status === "processing" ? "converting" : worker.status, style };
}

function workerRow(worker: WorkerJson, verbose: boolean): Cell[] {
  const more = [
    worker.cpu_count === null ? "" : String(worker.cpu_count),
    worker.memory_gb === null ? "" : `${worker.memory_gb} GB`,
    worker.pid === null ? "" : String(worker.pid),
    safe(worker.version ?? ""),
  ];
  return [
    safe(worker.id),
    safe(worker.hostname ?? ""),
    workerStatus(worker),
    ago(worker.seen_s * 1000),
    ...(verbose ? more : []),
    worker.jobs.map(shortHash).join(" "),
  ];
}
