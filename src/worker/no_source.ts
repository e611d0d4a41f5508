/** Jobs whose PDF the bucket does not give. */
import { type BlobForgeError, messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Work } from "../queue/work.ts";
import { StoreError } from "../store/store_error.ts";
import type { JobEnd } from "./run_job.ts";

/**
 * Ends a job that was claimed without its source. No retry helps a marker whose
 * source is missing (`fault` null) or damaged: only a person can bring it back.
 * One that the store does not give now is tried again. Never throws.
 */
export async function failWithoutSource(
  work: Work,
  fault: BlobForgeError | null,
  log: Log,
): Promise<JobEnd> {
  const [kind, reason] = fault === null
    ? ["poison", "no-source"] as const
    : fault instanceof StoreError
    ? ["transient", "source-unreadable"] as const
    : ["poison", "source-damaged"] as const;
  const error = fault?.message ?? "its source PDF is not in the bucket; ingest the file again";
  const base = { hash: work.hash, pages: 0, durationMs: 0 };
  try {
    const end = await work.fail({ kind, reason, error });
    log.warn(`job ${end}`, { hash: work.hash, reason, error });
    return { ...base, end, error };
  } catch (lost) {
    work.lease.abandon();
    log.warn("job lost", { hash: work.hash, error: messageOf(lost) });
    return { ...base, end: "lost", error: messageOf(lost) };
  }
}
