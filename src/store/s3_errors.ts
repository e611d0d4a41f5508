/** What an S3 server's refusal, or its silence, means. */
import { BlobForgeError, messageOf } from "../base/errors.ts";
import type { StoreTime } from "./object_store.ts";
import type { S3Settings } from "./s3_settings.ts";
import { StoreError, type StoreFault } from "./store_error.ts";

/** The facts of a failed request. No status: no answer came. */
export type S3Failure = {
  status?: number;
  /** The server's code (`NoSuchKey`), or the network's (`ECONNREFUSED`). */
  code: string;
  message: string;
  /** The store's clock when it refused. */
  answeredAt?: number;
};

export function readFailure(thrown: unknown): S3Failure {
  const error = (thrown ?? {}) as {
    name?: string;
    Code?: string;
    code?: string;
    answeredAt?: number;
    $metadata?: { httpStatusCode?: number };
    cause?: { code?: string };
    errors?: { code?: string }[];
  };
  const status = error.$metadata?.httpStatusCode;
  const network = error.code ?? error.cause?.code ?? error.errors?.[0]?.code;
  return {
    ...(status ? { status } : {}),
    code: (status ? error.Code ?? error.name : network ?? error.name) ?? "unknown",
    message: messageOf(thrown) || "it gave no reason",
    ...(error.answeredAt === undefined ? {} : { answeredAt: error.answeredAt }),
  };
}

/**
 * What a put or delete that failed has done. `null`: a fault that no outcome
 * tells ({@link storeFault} does). `conditional`: it carried a precondition.
 */
export function writeOutcome(
  failure: S3Failure,
  write: { conditional: boolean; notAfter?: StoreTime; now: StoreTime | null },
): "conflict" | "expired" | "unclear" | null {
  const { status, code } = failure;
  if (status === undefined) {
    return NEVER_SENT.has(code) || isCredentials(code) || isCertificate(code) ? null : "unclear";
  }
  if (write.notAfter !== undefined && isExpired(failure, write.notAfter, write.now)) {
    return "expired";
  }
  if (status === 412) return "conflict";
  if (write.conditional && status === 409) return "conflict";
  if (write.conditional && status === 404 && code !== "NoSuchBucket") return "conflict";
  if (status === 501) return null;
  return status >= 500 || status === 408 || status === 429 || code === "RequestTimeout"
    ? "unclear"
    : null;
}

/** A fault with what to do about it. Never holds a key or a secret. */
export function storeFault(action: string, thrown: unknown, settings: S3Settings): Error {
  if (thrown instanceof BlobForgeError) return thrown;
  const failure = readFailure(thrown);
  const [fault, why, hint] = explain(failure, settings);
  return new StoreError(fault, `Cannot ${action}: ${why}`, hint);
}

type Explained = [fault: StoreFault, why: string, hint?: string];

function explain(failure: S3Failure, settings: S3Settings): Explained {
  const { status, code, message } = failure;
  const server = settings.endpoint ?? `AWS S3 in ${settings.region}`;
  if (isCredentials(code)) {
    return ["denied", "there are no credentials", `Set ${KEYS}, or AWS credentials`];
  }
  if (status === undefined) {
    const hint = "Check BLOBFORGE_S3_ENDPOINT_URL and that the server runs";
    return ["unreachable", `${server} cannot be reached (${reason(failure)})`, hint];
  }
  if (code === "NoSuchBucket") {
    const hint = "Create it, or name another with BLOBFORGE_S3_BUCKET";
    return ["no-bucket", `the bucket "${settings.bucket}" does not exist`, hint];
  }
  if (BODY_CHANGED.has(code)) {
    const hint = "Wait until nothing writes to the file, then run the command again";
    return ["body-changed", `the bytes that came were not those announced (${code})`, hint];
  }
  if (WRONG_REGION.has(code) || status === 301) {
    const hint = `Set BLOBFORGE_S3_REGION (now ${settings.region}) to the bucket's region`;
    return ["denied", `the bucket "${settings.bucket}" is in another region`, hint];
  }
  if (code === "RequestTimeTooSkewed") {
    return ["unreachable", "this machine's clock differs too much from the store's"];
  }
  if (NO_SPACE.has(code)) return ["no-space", `the store is full (${code})`, "Free some space"];
  if (status === 401 || status === 403 || WRONG_TOKEN.has(code)) return denied(failure, settings);
  if (status === 501 || code === "NotImplemented") {
    const hint = "Run `blobforge doctor` to see what the store lacks";
    return ["unsupported", `${server} does not implement it (${code})`, hint];
  }
  if (status >= 500 || status === 408 || status === 429) {
    return ["unreachable", `${server} answered ${status} ${code}`];
  }
  return ["unexpected", `${server} answered ${status} ${code}: ${oneLine(message)}`];
}

function denied({ code, status }: S3Failure, settings: S3Settings): Explained {
  const answer = `${status}${/^\d*$/.test(code) ? "" : ` ${code}`}`;
  if (code === "InvalidAccessKeyId") {
    return ["denied", "the store does not know the access key", `Correct ${KEYS}`];
  }
  if (code === "SignatureDoesNotMatch") {
    const hint = "Correct BLOBFORGE_S3_SECRET_ACCESS_KEY";
    return ["denied", "the secret does not belong to the access key", hint];
  }
  if (WRONG_TOKEN.has(code)) {
    const hint = "Renew BLOBFORGE_S3_SESSION_TOKEN, or the AWS credentials";
    return ["denied", `the session token is not valid (${answer})`, hint];
  }
  const hint = `Check ${KEYS}, and what that key may do in the bucket`;
  return ["denied", `the store does not allow it in "${settings.bucket}" (${answer})`, hint];
}

/**
 * Told from a wrong key by the clock: at the moment of the refusal the deadline
 * had passed on the store's clock. Date is rounded down to a second.
 */
function isExpired(failure: S3Failure, notAfter: StoreTime, now: StoreTime | null): boolean {
  if (failure.status !== 403 && failure.status !== 400) return false;
  if (WRONG_KEY.has(failure.code)) return false;
  const end = Math.floor(notAfter / 1000) * 1000;
  const passed = (failure.answeredAt ?? now ?? 0) >= end;
  return passed && (failure.status === 403 || /expire/i.test(failure.code + failure.message));
}

const KEYS = "BLOBFORGE_S3_ACCESS_KEY_ID and BLOBFORGE_S3_SECRET_ACCESS_KEY";

/** No connection was made, so nothing can have been written. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_NODATA",
  "EAI_NONAME",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
const WRONG_KEY = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "InvalidToken",
  "ExpiredToken",
  "TokenRefreshRequired",
]);
/** AWS answers these with 400. */
const WRONG_TOKEN = new Set(["ExpiredToken", "InvalidToken", "TokenRefreshRequired"]);
const WRONG_REGION = new Set([
  "PermanentRedirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
]);
const NO_SPACE = new Set(["XMinioStorageFull", "QuotaExceeded", "InsufficientStorage"]);
const BODY_CHANGED = new Set([
  "BadDigest",
  "InvalidDigest",
  "XAmzContentChecksumMismatch",
  "XAmzContentSHA256Mismatch",
  "IncompleteBody",
]);

function isCredentials(code: string): boolean {
  return code === "CredentialsProviderError";
}

function isCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|InvalidData/.test(code);
}

/** The SDK's own text of a time-out names its parts; ours only says so. */
function reason({ code, message }: S3Failure): string {
  if (code === "TimeoutError" || code === "ETIMEDOUT") return "no answer in time";
  return /^E[A-Z_]+$/.test(code) ? code : oneLine(message);
}

function oneLine(message: string): string {
  return message.length > 200 ? `${message.slice(0, 200)}…` : message;
}
