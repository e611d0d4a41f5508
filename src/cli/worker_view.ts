/** A worker as JSON and as a cell: `workers` and the dashboard show the same. */
import type { ListedWorker } from "../queue/worker_records.ts";
import type { Cell } from "./table.ts";

/** A worker that was not heard of for this long has probably gone without a word. */
const ALIVE_MS = 5 * 60_000;

export type WorkerJson = ReturnType<typeof workerJson>;

export function workerJson(worker: ListedWorker) {
  return {
    id: worker.worker_id,
    hostname: worker.hostname ?? null,
    status: worker.status,
    is_alive: worker.status !== "stopped" && worker.ageMs < ALIVE_MS,
    jobs: jobsOf(worker),
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
  if (worker.status === "processing") return { text: "converting", style: "cyan" };
  return { text: worker.status, style: "green" };
}

/** The original names one job only. */
function jobsOf({ current_jobs, current_job }: ListedWorker): string[] {
  if (Array.isArray(current_jobs)) return current_jobs.filter((job) => typeof job === "string");
  return current_job ? [current_job] : [];
}
