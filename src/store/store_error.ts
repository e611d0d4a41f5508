import { BlobForgeError, type ErrorCode } from "../base/errors.ts";

export type StoreFault =
  | "denied" // wrong key or secret, no permission
  | "no-bucket"
  | "unreachable" // no connection, time-out, 5xx, throttled: may pass
  | "unsupported" // lacks something that is needed (conditional writes, expiry)
  | "no-space" // the disk or the quota is full
  | "body-changed" // the bytes sent were not those that were announced
  | "unexpected";

const CODES: Record<StoreFault, ErrorCode> = {
  "denied": "store-denied",
  "no-bucket": "not-found",
  "unreachable": "store-unreachable",
  "unsupported": "store-unsupported",
  "no-space": "store-unreachable",
  "body-changed": "bad-input",
  "unexpected": "unexpected",
};

/** A fault of the store that the caller of one operation cannot mend. */
export class StoreError extends BlobForgeError {
  constructor(
    readonly fault: StoreFault,
    message: string,
    hint?: string,
    options?: { cause?: unknown },
  ) {
    super(CODES[fault], message, hint, options);
    this.name = "StoreError";
  }

  /** Trying again may help. */
  get passing(): boolean {
    return this.fault === "unreachable";
  }
}
