/** The AWS SDK's client as this program needs it. Only loaded when an S3 store is opened: it is slow to load. */
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { expiringSigner } from "./expiring_signer.ts";
import { surviveBrokenReads } from "./old_runtime.ts";
import { onceAgents } from "./once_agent.ts";
import type { S3Settings } from "./s3_settings.ts";
import type { StoreDate } from "./store_date.ts";

export type S3Timeouts = {
  /** To make a connection. */
  connectMs: number;
  /** From a request to the head of its answer; bodies get time for their size besides. */
  answerMs: number;
  /** Without a byte moving. */
  stallMs: number;
};

export const DEFAULT_TIMEOUTS: S3Timeouts = { connectMs: 5_000, answerMs: 30_000, stallMs: 60_000 };

const MAX_SOCKETS = 64;

export function createS3Client(
  settings: S3Settings,
  date: StoreDate,
  timeouts: S3Timeouts,
): S3Client {
  surviveBrokenReads();
  const client = new S3Client({
    region: settings.region,
    ...(settings.endpoint ? { endpoint: settings.endpoint, forcePathStyle: true } : {}),
    ...(settings.credentials ? { credentials: settings.credentials } : {}),
    maxAttempts: 1, // RetryingStore retries: it knows which requests may be repeated
    // The default sends streams as aws-chunked with a CRC32, which some servers refuse.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false, // takes a connection of its own each time
    followRegionRedirects: false,
    signerConstructor: expiringSigner(() => date.now()),
    requestHandler: new NodeHttpHandler({
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeouts.stallMs,
      ...onceAgents(MAX_SOCKETS),
    }),
    logger: SILENT,
  });
  noteDates(client, date);
  return client;
}

/** When the store answered, by its own clock; null if it did not say. */
export function answeredAt(output: { $metadata: object }): number | null {
  return (output.$metadata as { date?: number | null }).date ?? null;
}

/** Reads the Date of every answer, also of those that are errors. */
function noteDates(client: S3Client, date: StoreDate): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        const result = await next(args);
        const at = date.note(dateHeader(result.response));
        if (result.output) Object.assign(result.output.$metadata, { date: at });
        return result;
      } catch (error) {
        const at = date.note(dateHeader((error as { $response?: unknown })?.$response));
        if (at !== null) Object.assign(error as object, { answeredAt: at });
        throw error;
      }
    },
    { step: "deserialize", priority: "high", name: "noteDates" },
  );
}

function dateHeader(response: unknown): string | undefined {
  return (response as { headers?: Record<string, string> } | undefined)?.headers?.date;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
