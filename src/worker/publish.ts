/** Puts a result into `store/out`, once. */
import type { Body, ObjectStore } from "../store/object_store.ts";
import type { Work } from "../queue/work.ts";
import { outKey } from "../queue/layout.ts";
import { ConversionError } from "../convert/converter.ts";

/** `superseded`: another's result is there; ours is thrown away. */
export type Published = "published" | "superseded";

/**
 * Publishes where no result is, or in the place of just the one that the job
 * asked to replace. An unclear or refused answer is looked up: the result bears
 * its attempt's id. The only write of a job that needs no deadline, since it
 * never overwrites what it did not read.
 */
export async function publish(
  store: ObjectStore,
  work: Work,
  zip: Body,
  signal: AbortSignal,
): Promise<Published> {
  const key = outKey(work.hash);
  const when = work.replaces === null
    ? { kind: "absent" } as const
    : { kind: "unchanged", since: work.replaces } as const;
  const metadata = { attempt: work.lease.attempt };
  const result = await store.put(key, zip, when, { metadata, signal });
  if (result.kind === "written") return "published";
  const there = await store.head(key, signal);
  if (there?.metadata.attempt === work.lease.attempt) return "published";
  if (there !== null && there.version !== work.replaces) return "superseded";
  throw new ConversionError(
    "transient",
    "not-published",
    `Cannot publish the result: ${store.url} gave no clear answer`,
    "It is tried again",
  );
}
