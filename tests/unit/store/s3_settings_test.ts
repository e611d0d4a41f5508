import assert from "node:assert/strict";
import { BlobForgeError } from "../../../src/base/errors.ts";
import { hasS3Settings, readS3Settings, s3Url } from "../../../src/store/s3_settings.ts";

Deno.test("readS3Settings() has the original's defaults", () => {
  assert.deepEqual(readS3Settings({}), {
    bucket: "blobforge",
    prefix: "pdf/",
    region: "us-east-1",
  });
});

Deno.test("readS3Settings() reads every variable", () => {
  const settings = readS3Settings({
    BLOBFORGE_S3_BUCKET: "b",
    BLOBFORGE_S3_PREFIX: "x/y",
    BLOBFORGE_S3_REGION: "eu-central-1",
    BLOBFORGE_S3_ACCESS_KEY_ID: "id",
    BLOBFORGE_S3_SECRET_ACCESS_KEY: "secret",
    BLOBFORGE_S3_SESSION_TOKEN: "token",
    BLOBFORGE_S3_ENDPOINT_URL: "http://127.0.0.1:9000",
  });
  assert.deepEqual(settings, {
    bucket: "b",
    prefix: "x/y/",
    region: "eu-central-1",
    endpoint: "http://127.0.0.1:9000",
    credentials: { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "token" },
  });
  assert.equal(s3Url(settings), "s3://b/x/y/");
});

Deno.test("readS3Settings() takes an empty prefix for none", () => {
  assert.equal(readS3Settings({ BLOBFORGE_S3_PREFIX: "" }).prefix, "");
});

Deno.test("readS3Settings() lets an s3:// address go before the variables", () => {
  const env = { BLOBFORGE_S3_BUCKET: "b", BLOBFORGE_S3_PREFIX: "p/" };
  const read = (url: string) => s3Url(readS3Settings(env, url));
  assert.equal(read("s3://other/a/b"), "s3://other/a/b/");
  assert.equal(read("s3://other"), "s3://other/p/");
  assert.equal(read("s3://other/"), "s3://other/");
});

Deno.test("readS3Settings() refuses half a key, and what is no address, without telling secrets", () => {
  const cases: [Record<string, string>, string | undefined, RegExp][] = [
    [{ BLOBFORGE_S3_ACCESS_KEY_ID: "id" }, undefined, /SECRET_ACCESS_KEY is not/],
    [{ BLOBFORGE_S3_SECRET_ACCESS_KEY: "hunter2" }, undefined, /ACCESS_KEY_ID is not/],
    [{ BLOBFORGE_S3_ENDPOINT_URL: "localhost:9000" }, undefined, /ENDPOINT_URL/],
    [{ BLOBFORGE_S3_ENDPOINT_URL: "http://u:hunter2@h/x y" }, undefined, /ENDPOINT_URL/],
    [{}, "s3://", /is not an S3 store/],
    [{}, "s3://id:hunter2@bucket/x", /is not an S3 store/],
  ];
  for (const [env, url, message] of cases) {
    assert.throws(() => readS3Settings(env, url), (error) => {
      assert.ok(error instanceof BlobForgeError && error.code === "usage");
      assert.match(error.message, message);
      assert.ok(!`${error.message}${error.hint}`.includes("hunter2"));
      return true;
    });
  }
});

Deno.test("hasS3Settings() takes any variable that is not empty for a wish", () => {
  assert.ok(hasS3Settings({ BLOBFORGE_S3_REGION: "x" }));
  assert.ok(!hasS3Settings({ BLOBFORGE_S3_REGION: "", AWS_REGION: "x" }));
});
