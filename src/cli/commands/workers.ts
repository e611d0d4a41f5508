/**
 * JSON: `{"workers": [{id, hostname, status, is_alive, jobs: [hash], version, platform, cpu_count,
 * memory_gb, pid, registered_at, seen_s}]}`, those heard of last first; `seen_s`: seconds since then.
 */
import { listWorkers } from "../../queue/worker_records.ts";
import { defineCommand } from "../command.ts";
import type { Cell } from "../table.ts";
import { safe } from "../text.ts";
import { ago, shortHash } from "../values.ts";
import { type WorkerJson, workerJson, workerStatus } from "../worker_view.ts";

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
          ...more.map((title) => ({
            title,
            flex: title === "version" ? "end" as const : undefined,
          })),
          { title: "job", flex: "end" },
        ],
        workers.map((worker) => workerRow(worker, config.verbose)),
      );
    });
  },
});

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
