/** Every error that a person may see: a code, what happened, and what to do next. */

/** Code -> exit code of the command line and status of the HTTP API. The README documents both. */
export const ERROR_TABLE = {
  "unexpected": { exit: 1, http: 500 },
  "usage": { exit: 2, http: 400 },
  "bad-input": { exit: 2, http: 422 },
  "partial": { exit: 3, http: 207 },
  "not-found": { exit: 4, http: 404 },
  "conflict": { exit: 5, http: 409 },
  "store-unsupported": { exit: 6, http: 501 },
  "store-denied": { exit: 7, http: 502 },
  "store-unreachable": { exit: 8, http: 503 },
  "unhealthy": { exit: 10, http: 503 },
} as const;

export type ErrorCode = keyof typeof ERROR_TABLE;

/**
 * `message` says action, value and state on one line (`Cannot read "x.pdf": it is empty`);
 * `hint` is the next step. Neither ever holds a secret.
 */
export class BlobForgeError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint?: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = "BlobForgeError";
  }

  get exitCode(): number {
    return ERROR_TABLE[this.code].exit;
  }
}

/** The text of whatever was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s*\n\s*/g, " ").trim();
}
