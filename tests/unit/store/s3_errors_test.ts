import assert from "node:assert/strict";
import type { StoreTime } from "../../../src/store/object_store.ts";
import { readFailure, storeFault, writeOutcome } from "../../../src/store/s3_errors.ts";
import { StoreError } from "../../../src/store/store_error.ts";

const END = 1_000_500 as StoreTime; // requests that expire with it end at 1,000,000
const write = { conditional: true, now: null };
const expiring = { ...write, notAfter: END };

/** As the SDK throws it. */
function refused(status: number, name: string, more: object = {}): Error {
  return Object.assign(new Error("said the server"), {
    name,
    $metadata: { httpStatusCode: status },
    ...more,
  });
}

Deno.test("writeOutcome() takes 412, 409 and a missing If-Match target for a conflict", () => {
  for (
    const [status, name] of [
      [412, "PreconditionFailed"],
      [409, "ConditionalRequestConflict"],
      [404, "NoSuchKey"],
    ] as const
  ) assert.equal(writeOutcome(readFailure(refused(status, name)), write), "conflict");
  assert.equal(writeOutcome(readFailure(refused(404, "NoSuchBucket")), write), null);
  const plain = { ...write, conditional: false };
  assert.equal(writeOutcome(readFailure(refused(404, "NoSuchKey")), plain), null);
});

Deno.test("writeOutcome() takes a 403 for expiry only when the store's clock says so", () => {
  const denied = (answeredAt: number, name = "AccessDenied", status = 403) =>
    writeOutcome(readFailure(refused(status, name, { answeredAt })), expiring);
  assert.equal(denied(1_000_000), "expired");
  assert.equal(denied(999_000), null);
  assert.equal(denied(2_000_000, "SignatureDoesNotMatch"), null);
  assert.equal(denied(2_000_000, "InvalidAccessKeyId"), null);
  assert.equal(denied(2_000_000, "ExpiredToken", 400), null, "that is the session's end");
  assert.equal(denied(2_000_000, "ExpiredPresignRequest", 400), "expired");
  assert.equal(denied(2_000_000, "InvalidArgument", 400), null);
  const undated = readFailure(refused(403, "AccessDenied"));
  assert.equal(writeOutcome(undated, { ...expiring, now: 2_000_000 as StoreTime }), "expired");
  assert.equal(writeOutcome(undated, expiring), null);
  assert.equal(writeOutcome(readFailure(refused(403, "AccessDenied")), write), null);
});

Deno.test("writeOutcome() calls unclear what may have arrived", () => {
  for (const status of [500, 502, 503, 504, 408, 429]) {
    assert.equal(writeOutcome(readFailure(refused(status, "X")), write), "unclear");
  }
  for (const code of ["ECONNRESET", "EPIPE", "ETIMEDOUT"]) {
    const error = Object.assign(new Error("x"), { code });
    assert.equal(writeOutcome(readFailure(error), write), "unclear");
  }
  const late = Object.assign(new Error("x"), { name: "TimeoutError" });
  assert.equal(writeOutcome(readFailure(late), write), "unclear");
});

Deno.test("writeOutcome() knows what was never sent", () => {
  for (const code of ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]) {
    const error = Object.assign(new Error("x"), { code });
    assert.equal(writeOutcome(readFailure(error), write), null);
  }
});

Deno.test("storeFault() names the fault and the variable to look at", () => {
  const settings = {
    bucket: "b",
    prefix: "",
    region: "r1",
    credentials: { accessKeyId: "AKID", secretAccessKey: "hunter2" },
  };
  const noKey = Object.assign(new Error("x"), { name: "CredentialsProviderError" });
  const cases: [Error, string, RegExp][] = [
    [refused(404, "NoSuchBucket"), "no-bucket", /BLOBFORGE_S3_BUCKET/],
    [refused(403, "AccessDenied"), "denied", /BLOBFORGE_S3_ACCESS_KEY_ID/],
    [refused(403, "InvalidAccessKeyId"), "denied", /BLOBFORGE_S3_ACCESS_KEY_ID/],
    [refused(403, "SignatureDoesNotMatch"), "denied", /BLOBFORGE_S3_SECRET_ACCESS_KEY/],
    [refused(400, "ExpiredToken"), "denied", /BLOBFORGE_S3_SESSION_TOKEN/],
    [refused(403, "ExpiredToken"), "denied", /BLOBFORGE_S3_SESSION_TOKEN/],
    [refused(301, "PermanentRedirect"), "denied", /BLOBFORGE_S3_REGION/],
    [refused(400, "AuthorizationHeaderMalformed"), "denied", /BLOBFORGE_S3_REGION/],
    [refused(501, "NotImplemented"), "unsupported", /doctor/],
    [refused(400, "NotImplemented"), "unsupported", /doctor/],
    [refused(400, "BadDigest"), "body-changed", /./],
    [refused(507, "XMinioStorageFull"), "no-space", /space/],
    [refused(503, "SlowDown"), "unreachable", /^undefined$/],
    [refused(403, "RequestTimeTooSkewed"), "unreachable", /^undefined$/],
    [noKey, "denied", /BLOBFORGE_S3_ACCESS_KEY_ID/],
    [Object.assign(new Error("x"), { code: "ECONNRESET" }), "unreachable", /ENDPOINT_URL/],
  ];
  for (const [error, fault, hint] of cases) {
    const found = storeFault('store "k"', error, settings);
    assert.ok(found instanceof StoreError);
    assert.equal(found.fault, fault, `${error.name}: ${found.message}`);
    assert.match(String(found.hint), hint, error.name);
    assert.match(found.message, /^Cannot store "k": [^\n]+$/);
    assert.ok(!`${found.message}${found.hint}`.includes("hunter2"));
  }
});
