import { BlobForgeError, messageOf } from "../base/errors.ts";
import { StoreError } from "./store_error.ts";

/** Turns what the operating system threw into a fault that says what to do. */
export function fileFault(action: string, thrown: unknown): Error {
  if (thrown instanceof BlobForgeError) return thrown;
  const code = osCode(thrown);
  const cause = { cause: thrown };
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new StoreError(
        "no-space",
        `Cannot ${action}: the disk is full`,
        "Free some space",
        cause,
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new StoreError(
        "denied",
        `Cannot ${action}: the file system does not allow it`,
        "Check who owns the store's folder, or choose another with BLOBFORGE_STORE",
        cause,
      );
    case "EISDIR":
    case "ENOTDIR":
    case "ENOTEMPTY":
    case "EEXIST":
      return new StoreError(
        "unsupported",
        `Cannot ${action}: a file store cannot hold an object and others below its key`,
        undefined,
        cause,
      );
    case "EMFILE":
    case "ENFILE":
    case "EIO":
    case "ESTALE":
      return new StoreError("unreachable", `Cannot ${action}: ${code}`, undefined, cause);
  }
  return new StoreError("unexpected", `Cannot ${action}: ${messageOf(thrown)}`, undefined, cause);
}

/** Seen when a folder would have to be where an object is. */
export function clash(key: string): StoreError {
  return new StoreError(
    "unsupported",
    `Cannot store "${key}": a file store cannot hold an object and others below its key`,
  );
}

/** The path, or a folder on the way to it, is not there (also: a file where a folder would be). */
export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Deno.errors.NotFound || thrown instanceof Deno.errors.NotADirectory;
}

/** `ENOSPC` and so on; undefined for what did not come from the operating system. */
export function osCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code } = thrown as { code?: unknown };
  if (typeof code === "string") return code;
  if (thrown instanceof Deno.errors.PermissionDenied) return "EACCES";
  return undefined;
}
