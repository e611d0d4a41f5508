/** The SDK's commands and answers <-> the store's own words. */
import type {
  DeleteObjectCommand,
  ListObjectsV2CommandOutput,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { NOT_AFTER } from "./expiring_signer.ts";
import type { Listed, Stat, StoreTime, Version } from "./object_store.ts";
import { decodeMetadata, mapValues } from "./s3_metadata.ts";
import { StoreError } from "./store_error.ts";

/** Gives the request a mark that the signer turns into an expiry. */
export function setDeadline(
  command: PutObjectCommand | DeleteObjectCommand,
  notAfter: StoreTime | undefined,
): void {
  if (notAfter === undefined) return;
  // The stacks of both commands differ in type only.
  (command as PutObjectCommand).middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers[NOT_AFTER] = String(notAfter);
      return next(args);
    },
    { step: "build", name: "setDeadline" },
  );
}

type Described = { ETag?: string; LastModified?: Date; Metadata?: Record<string, string> };

export function statOf(answer: Described, size: number | undefined): Stat {
  return {
    version: versionOf(answer),
    size: size ?? 0,
    writtenAt: (answer.LastModified?.getTime() ?? 0) as StoreTime,
    metadata: mapValues(answer.Metadata, decodeMetadata),
  };
}

export function versionOf({ ETag }: { ETag?: string }): Version {
  if (ETag) return ETag as Version;
  throw new StoreError("unsupported", "Cannot use this store: it gives no ETag for an object");
}

/** The objects of one page, with keys relative to the store's prefix. */
export function listedOf(answer: ListObjectsV2CommandOutput, prefix: string): Listed[] {
  return (answer.Contents ?? []).map((one) => ({
    key: one.Key!.slice(prefix.length),
    version: one.ETag as Version,
    size: one.Size ?? 0,
    writtenAt: (one.LastModified?.getTime() ?? 0) as StoreTime,
  }));
}
