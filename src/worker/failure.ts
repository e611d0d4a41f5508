/** What was thrown while a job ran, as what it means: for the job, or for this machine. */
import { type BlobForgeError, messageOf } from "../base/errors.ts";
import { ConversionError } from "../convert/converter.ts";
import { StoreError, type StoreFault } from "../store/store_error.ts";

export type Fault =
  /** The document's own, or one that a retry may help. */
  | { of: "job"; failure: ConversionError }
  /** No job can be done here until a person has mended it: nothing counts, and the worker stops. */
  | { of: "machine"; error: BlobForgeError }
  /** The store is away: its lease tells the others when it ends. */
  | { of: "store"; error: StoreError };

/** The whole store is meant by these, not the one request that met them. */
const FATAL: ReadonlySet<StoreFault> = new Set<StoreFault>(["denied", "no-bucket", "no-space"]);

export function faultOf(error: unknown): Fault {
  if (error instanceof ConversionError) {
    return error.kind === "infra" ? { of: "machine", error } : { of: "job", failure: error };
  }
  if (error instanceof StoreError) {
    if (error.passing) return { of: "store", error };
    if (FATAL.has(error.fault)) return { of: "machine", error };
    return {
      of: "job",
      failure: new ConversionError("transient", "store-refused", error.message, error.hint),
    };
  }
  const machine = machineFault("Cannot convert", error);
  if (machine) return { of: "machine", error: machine };
  return { of: "job", failure: new ConversionError("transient", "unexpected", messageOf(error)) };
}

const FULL = new Set(["ENOSPC", "EDQUOT"]);
const BROKEN = new Set(["EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM", "ENODEV", "ESTALE"]);

/** The fault of this machine's disk that `error` tells of, or null: then it may be the document's. */
export function machineFault(action: string, error: unknown): ConversionError | null {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return null;
  if (FULL.has(code)) {
    return new ConversionError(
      "infra",
      "no-space",
      `${action}: the disk is full`,
      "Free some space in the worker's folder, or set BLOBFORGE_STATE_DIR to another disk",
    );
  }
  if (!BROKEN.has(code)) return null;
  return new ConversionError(
    "infra",
    "disk-fault",
    `${action}: ${messageOf(error)}`,
    "Look at this machine's disk and limits, or set BLOBFORGE_STATE_DIR to another disk",
  );
}
