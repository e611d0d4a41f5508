import { systemClock } from "../../src/base/clock.ts";
import { S3Store } from "../../src/store/s3_store.ts";
import { readS3Settings } from "../../src/store/s3_settings.ts";
import { objectStoreContract } from "../contract/object_store_contract.ts";
import { type Minio, startMinio } from "../support/minio.ts";

let minio: Minio;
Deno.test.beforeAll(async () => {
  minio = await startMinio();
});
Deno.test.afterAll(async () => await minio.stop());

objectStoreContract("S3 (MinIO)", async () => {
  const settings = readS3Settings(minio.env(await minio.bucket(), "pdf/"));
  const store = new S3Store({ settings, clock: systemClock });
  return { store, dispose: () => store.close() };
});
