import { BlobForgeError } from "../base/errors.ts";

/** Which bucket, where, and with whose key. */
export type S3Settings = {
  bucket: string;
  /** Empty, or ends with a slash. */
  prefix: string;
  region: string;
  /** An S3 server that is not AWS; without one, AWS. */
  endpoint?: string;
  /** Without them the AWS default credential chain is asked. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
};

export type Env = Record<string, string | undefined>;

/** Any `BLOBFORGE_S3_*` variable is set: an S3 store is meant. */
export function hasS3Settings(env: Env): boolean {
  return Object.keys(env).some((name) => name.startsWith(VARIABLE) && env[name] !== "");
}

/**
 * Reads the `BLOBFORGE_S3_*` variables. `url` (`s3://bucket/prefix`) goes before
 * BUCKET and PREFIX; `s3://bucket` leaves the prefix as it is, `s3://bucket/` empties it.
 */
export function readS3Settings(env: Env, url?: string): S3Settings {
  const get = (name: string) => env[VARIABLE + name] || undefined;
  const named: { bucket?: string; prefix?: string } = url === undefined ? {} : parseS3Url(url);
  const endpoint = get("ENDPOINT_URL");
  if (endpoint !== undefined && !/^https?:\/\/[^/\s]+\/?$/.test(endpoint)) {
    throw new BlobForgeError(
      "usage",
      `${VARIABLE}ENDPOINT_URL "${hideUser(endpoint)}" is not the address of a server`,
      "Give it like https://s3.example.com or http://127.0.0.1:9000",
    );
  }
  return {
    bucket: named.bucket ?? get("BUCKET") ?? "blobforge",
    prefix: withSlash(named.prefix ?? env[`${VARIABLE}PREFIX`] ?? "pdf/"),
    region: get("REGION") ?? "us-east-1",
    ...(endpoint ? { endpoint } : {}),
    ...readCredentials(get("ACCESS_KEY_ID"), get("SECRET_ACCESS_KEY"), get("SESSION_TOKEN")),
  };
}

/** What people call the store; holds no secret. */
export function s3Url(settings: S3Settings): string {
  return `s3://${settings.bucket}/${settings.prefix}`;
}

const VARIABLE = "BLOBFORGE_S3_";

function readCredentials(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined,
): Pick<S3Settings, "credentials"> {
  if (accessKeyId && secretAccessKey) {
    return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } };
  }
  if (!accessKeyId && !secretAccessKey) return {};
  const [there, missing] = accessKeyId
    ? ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY"]
    : ["SECRET_ACCESS_KEY", "ACCESS_KEY_ID"];
  throw new BlobForgeError(
    "usage",
    `${VARIABLE}${there} is set, but ${VARIABLE}${missing} is not`,
    "Set both, or neither to use the AWS default credentials",
  );
}

function parseS3Url(url: string): { bucket: string; prefix?: string } {
  const found = url.match(/^s3:\/\/([^/?#@:]+)(\/(.*))?$/s);
  if (!found) {
    throw new BlobForgeError(
      "usage",
      `"${hideUser(url)}" is not an S3 store`,
      "Give it like s3://bucket/prefix; server and keys come from BLOBFORGE_S3_* variables",
    );
  }
  return { bucket: found[1]!, ...(found[2] === undefined ? {} : { prefix: found[3]! }) };
}

function withSlash(prefix: string): string {
  return prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
}

/** Keys in front of an @ are secrets. */
function hideUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//…@");
}
