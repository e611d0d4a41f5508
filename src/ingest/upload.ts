/** Brings one new PDF into the bucket: its source, then its place in the queue. */
import { basename } from "node:path";
import type { Clock } from "../base/clock.ts";
import { BlobForgeError, messageOf } from "../base/errors.ts";
import { whyUnreadable } from "../library/local_file.ts";
import type { PdfHash, Priority } from "../queue/job.ts";
import { rawKey } from "../queue/layout.ts";
import type { Queue } from "../queue/queue.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { StoreError } from "../store/store_error.ts";
import { fileBody } from "./file_body.ts";

export type UploadDeps = { store: ObjectStore; queue: Pick<Queue, "enqueue">; clock: Clock };

export type Upload = {
  /** Where the bytes are now. */
  path: string;
  /** The name it goes by. */
  originalName: string;
  hash: PdfHash;
  size: number;
  tags: string[];
  priority: Priority;
};

export type UploadResult =
  | { kind: "queued" | "known"; uploaded: boolean }
  | { kind: "failed"; reason: string; hint?: string };

/** S3 takes 2 KiB of metadata, names and all, after encoding. */
const METADATA_BYTES = 1800;
const ROUNDS = 4;
const PAUSE_MS = 1000;

/**
 * Source, then todo marker: two requests. Safe to repeat, and for many at once:
 * only whose put created the source may queue it without looking. Faults of this
 * file are results; those of the store are thrown.
 */
export async function upload(
  deps: UploadDeps,
  file: Upload,
  signal?: AbortSignal,
): Promise<UploadResult> {
  const body = fileBody(file.path, file.size, file.hash);
  try {
    const isNew = await putSource(deps, file, body, signal);
    const kind = await deps.queue.enqueue(file.hash, file.priority, { isNew });
    return { kind, uploaded: isNew };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (body.failure !== undefined) {
      return { kind: "failed", reason: whyUnreadable(body.failure), hint: "Check the file" };
    }
    if (error instanceof StoreError && error.fault === "body-changed") {
      return {
        kind: "failed",
        reason: "it changed while it was read; nothing was stored",
        hint: "Wait until nothing writes to it, then run the same command again",
      };
    }
    if (error instanceof BlobForgeError && !concernsAll(error)) {
      return { kind: "failed", reason: messageOf(error), hint: error.hint };
    }
    throw error;
  }
}

/** True: this put created it. An unclear answer is asked again: what is there then may be of either. */
async function putSource(
  deps: UploadDeps,
  file: Upload,
  body: ReturnType<typeof fileBody>,
  signal?: AbortSignal,
): Promise<boolean> {
  const metadata = metadataOf(file);
  for (let round = 0; round < ROUNDS; round++) {
    const options = { metadata, signal };
    const result = await deps.store.put(rawKey(file.hash), body, { kind: "absent" }, options);
    if (result.kind === "conflict") return false;
    if (result.kind === "written") return true;
    await deps.clock.sleep(PAUSE_MS * 2 ** round, signal);
  }
  throw new StoreError(
    "unreachable",
    `Cannot upload "${file.path}": ${deps.store.url} gave no clear answer ${ROUNDS} times`,
    "Run the same `blobforge ingest` again: it goes on where this one stopped",
  );
}

/** The original's three fields. Tags that do not fit are left to the manifest, which has them all. */
export function metadataOf(
  file: { originalName: string; tags: string[]; size: number },
): Record<string, string> {
  const name = [...basename(file.originalName).toWellFormed()];
  while (encodedLength(name.join("")) > METADATA_BYTES / 2) name.pop();
  const tags = file.tags.map((tag) => tag.toWellFormed());
  const fields = () => ({
    "original-name": name.join(""),
    "tags": JSON.stringify(tags),
    "size": String(file.size),
  });
  while (tags.length > 0 && lengthOf(fields()) > METADATA_BYTES) tags.pop();
  return fields();
}

function lengthOf(metadata: Record<string, string>): number {
  return Object.entries(metadata)
    .reduce((sum, [name, value]) => sum + name.length + encodedLength(value), 0);
}

function encodedLength(text: string): number {
  return encodeURIComponent(text).length;
}

/** A fault that the next file would meet too. */
function concernsAll(error: BlobForgeError): boolean {
  return !(error instanceof StoreError) || error.fault !== "unexpected";
}
