/** A real MinIO for integration tests: started on free ports in a temporary folder, and stopped. */
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { findMinio } from "../../scripts/find_minio.ts";

export type Minio = {
  endpoint: string;
  accessKey: string;
  secretKey: string;
  /** The server's folder. */
  folder: string;
  /** Makes a bucket; a name that is not given is new. Gives the name. */
  bucket(name?: string): Promise<string>;
  /** The BLOBFORGE_S3_* variables of a process that is to use it. */
  env(bucket: string, prefix?: string): Record<string, string>;
  /** What the server itself has counted since it started: API name -> requests (`PutObject: 3`). */
  requests(): Promise<Record<string, number>>;
  stop(): Promise<void>;
};

const ACCESS_KEY = "blobforge";
const SECRET_KEY = "blobforge-secret";

/** Never skips: throws when there is no MinIO or it does not start. */
export async function startMinio(): Promise<Minio> {
  const binary = await findMinio();
  const folder = await Deno.makeTempDir({ prefix: "blobforge-minio-" });
  const port = freePort();
  const child = new Deno.Command(binary, {
    args: [
      "server",
      join(folder, "data"),
      "--address",
      `127.0.0.1:${port}`,
      "--console-address",
      `127.0.0.1:${freePort()}`,
    ],
    env: {
      MINIO_ROOT_USER: ACCESS_KEY,
      MINIO_ROOT_PASSWORD: SECRET_KEY,
      MINIO_PROMETHEUS_AUTH_TYPE: "public",
      MINIO_UPDATE: "off",
      MINIO_BROWSER: "off",
      HOME: folder,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // it has ended already
    }
    await child.status;
    await output;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await ready(endpoint, child.status);
  } catch (error) {
    await stop();
    throw new Error(`${error}: ${(await output).join("").trim().slice(-500)}`);
  }
  let buckets = 0;
  return {
    endpoint,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    folder,
    async bucket(name = `test-${Deno.pid}-${++buckets}`) {
      await createBucket(endpoint, name);
      return name;
    },
    env: (bucket, prefix) => s3Env(endpoint, bucket, prefix),
    requests: () => countedBy(endpoint),
    stop,
  };
}

/** The variables that make a process use `bucket` at `endpoint` (MinIO itself, or a proxy before it). */
export function s3Env(endpoint: string, bucket: string, prefix?: string): Record<string, string> {
  return {
    BLOBFORGE_S3_ENDPOINT_URL: endpoint,
    BLOBFORGE_S3_ACCESS_KEY_ID: ACCESS_KEY,
    BLOBFORGE_S3_SECRET_ACCESS_KEY: SECRET_KEY,
    BLOBFORGE_S3_BUCKET: bucket,
    ...(prefix === undefined ? {} : { BLOBFORGE_S3_PREFIX: prefix }),
  };
}

async function createBucket(endpoint: string, name: string): Promise<void> {
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    requestHandler: new NodeHttpHandler(),
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } finally {
    client.destroy();
  }
}

/** Asks until the server is up; throws when it has ended or a minute is over. */
async function ready(endpoint: string, ended: Promise<Deno.CommandStatus>): Promise<void> {
  let status: Deno.CommandStatus | null = null;
  void ended.then((value) => status = value);
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (status) throw new Error(`MinIO ended with code ${(status as Deno.CommandStatus).code}`);
    try {
      const answer = await fetch(`${endpoint}/minio/health/ready`);
      await answer.body?.cancel();
      if (answer.ok) return;
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("MinIO did not get ready within a minute");
}

async function countedBy(endpoint: string): Promise<Record<string, number>> {
  const answer = await fetch(`${endpoint}/minio/v2/metrics/cluster`);
  const counts: Record<string, number> = {};
  for (const line of (await answer.text()).split("\n")) {
    const found = line.match(/^minio_s3_requests_total\{.*?api="([^"]+)".*\} ([\d.e+]+)$/);
    if (found) counts[found[1]!] = (counts[found[1]!] ?? 0) + Number(found[2]);
  }
  return counts;
}

export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
