import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { Buffer } from "node:buffer";
import type { Readable } from "node:stream";
import type { Clock } from "../base/clock.ts";
import { IfMatchStyle } from "./if_match.ts";
import { checkKey, checkMetadata } from "./keys.ts";
import type {
  Body,
  ByteRange,
  DeleteResult,
  Limits,
  ListOptions,
  ObjectStore,
  Page,
  Precondition,
  PutOptions,
  PutResult,
  Stat,
  StoredObject,
  StoreTime,
} from "./object_store.ts";
import { pageSizeOf } from "./paging.ts";
import { streamOfAnswer } from "./s3_body.ts";
import { answeredAt, createS3Client, DEFAULT_TIMEOUTS, type S3Timeouts } from "./s3_client.ts";
import { readFailure, storeFault, writeOutcome } from "./s3_errors.ts";
import { encodeMetadata, mapValues } from "./s3_metadata.ts";
import { listedOf, setDeadline, statOf, versionOf } from "./s3_messages.ts";
import { openPayload, type Payload } from "./s3_payload.ts";
import { type S3Settings, s3Url } from "./s3_settings.ts";
import { StoreDate } from "./store_date.ts";
import { StoreError } from "./store_error.ts";

export type S3StoreOptions = { settings: S3Settings; clock: Clock; timeouts?: Partial<S3Timeouts> };

/** The most that one PUT takes. Multipart uploads have no portable conditions. */
const MAX_BYTES = 5 * 1024 ** 3;
/** A body that moves slower than this is given up. */
const SLOWEST_BYTES_PER_MS = 16;

/**
 * A bucket of any S3 server. Sends each request once: {@link RetryingStore}
 * repeats what may be repeated. Writes with `notAfter` are presigned.
 */
export class S3Store implements ObjectStore {
  readonly url: string;
  readonly #settings: S3Settings;
  readonly #clock: Clock;
  readonly #timeouts: S3Timeouts;
  readonly #date: StoreDate;
  readonly #client: S3Client;
  readonly #ifMatch: IfMatchStyle;

  constructor(options: S3StoreOptions) {
    this.#settings = options.settings;
    this.url = s3Url(options.settings);
    this.#clock = options.clock;
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.#date = new StoreDate(options.clock);
    this.#client = createS3Client(options.settings, this.#date, this.#timeouts);
    const { endpoint } = options.settings;
    this.#ifMatch = new IfMatchStyle(!endpoint || /\.amazonaws\.com(\.cn)?\/?$/.test(endpoint));
  }

  time(): StoreTime | null {
    return this.#date.now();
  }

  async head(key: string, signal?: AbortSignal): Promise<Stat | null> {
    const command = new HeadObjectCommand(this.#at(key));
    return await this.#read(`read "${key}"`, signal, async () => {
      const answer = await this.#client.send(command, { abortSignal: signal });
      return statOf(answer, answer.ContentLength);
    });
  }

  async get(
    key: string,
    options: { signal?: AbortSignal; range?: ByteRange } = {},
  ): Promise<StoredObject | null> {
    const { signal, range } = options;
    const Range = range && `bytes=${range.first}-${range.last ?? ""}`;
    const command = new GetObjectCommand({ ...this.#at(key), Range });
    return await this.#read(`read "${key}"`, signal, async () => {
      const request = new AbortController();
      const abortSignal = AbortSignal.any(signal ? [signal, request.signal] : [request.signal]);
      try {
        const answer = await this.#client.send(command, { abortSignal });
        const length = answer.ContentLength ?? 0;
        const size = Number(answer.ContentRange?.split("/")[1] ?? length);
        const { stallMs } = this.#timeouts;
        const stop = () => request.abort();
        const about = { key, size: length, stallMs, clock: this.#clock, signal, stop };
        return {
          ...statOf(answer, size),
          body: streamOfAnswer(answer.Body as unknown as Readable, about),
        };
      } catch (error) {
        if (readFailure(error).status !== 416) throw error;
        const stat = await this.head(key, signal); // nothing stands in that range
        return stat && { ...stat, body: ReadableStream.from<Uint8Array>([]) };
      }
    });
  }

  async put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options: PutOptions = {},
  ): Promise<PutResult> {
    checkMetadata(key, options.metadata ?? {});
    const size = body instanceof Uint8Array ? body.length : body.size;
    if (size > MAX_BYTES) {
      throw new StoreError("unsupported", `Cannot store "${key}": S3 takes at most 5 GiB at once`);
    }
    this.#at(key);
    await this.#learnTime(options);
    const result = await this.#putOnce(key, body, when, options);
    if (when.kind !== "unchanged") return result;
    if (result.kind === "written") this.#ifMatch.worked();
    if (result.kind !== "conflict" || !this.#ifMatch.doubtful) return result;
    // A refusal is definite, so the write may be sent again in the other style.
    if ((await this.head(key, options.signal))?.version !== when.since) return result;
    this.#ifMatch.wasMistaken();
    return await this.#putOnce(key, body, when, options);
  }

  async delete(key: string, options: Limits = {}): Promise<DeleteResult> {
    const at = this.#at(key);
    await this.#learnTime(options);
    options.signal?.throwIfAborted();
    const command = new DeleteObjectCommand(at);
    setDeadline(command, options.notAfter);
    try {
      await this.#client.send(command, { abortSignal: options.signal });
      return { kind: "deleted" };
    } catch (error) {
      options.signal?.throwIfAborted();
      const failure = readFailure(error);
      if (failure.status === 404 && failure.code !== "NoSuchBucket") return { kind: "deleted" };
      const outcome = writeOutcome(failure, { ...this.#judging(options), conditional: false });
      if (outcome === "expired" || outcome === "unclear") return { kind: outcome };
      throw storeFault(`delete "${key}"`, error, this.#settings);
    }
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<Page> {
    const { signal, startAfter } = options;
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: this.#settings.bucket,
        Prefix: this.#settings.prefix + prefix,
        StartAfter: startAfter ? this.#settings.prefix + startAfter : undefined,
        MaxKeys: pageSizeOf(options),
        ContinuationToken,
      });
      signal?.throwIfAborted();
      const answer = await this.#client.send(command, { abortSignal: signal }).catch((error) => {
        signal?.throwIfAborted();
        throw storeFault(`list "${prefix}"`, error, this.#settings);
      });
      yield this.#page(answer);
      ContinuationToken = answer.IsTruncated ? answer.NextContinuationToken : undefined;
    } while (ContinuationToken);
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  async #putOnce(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options: PutOptions,
  ): Promise<PutResult> {
    options.signal?.throwIfAborted();
    const payload = await openPayload(key, body, options.signal);
    const command = new PutObjectCommand({
      ...this.#at(key),
      ...this.#condition(when),
      Body: payload.content,
      ContentLength: payload.size,
      ChecksumSHA256: Buffer.from(payload.sha256, "hex").toString("base64"),
      Metadata: mapValues(options.metadata, encodeMetadata),
    });
    setDeadline(command, options.notAfter);
    try {
      const answer = await this.#client.send(command, {
        abortSignal: payload.signal,
        requestTimeout: this.#timeouts.answerMs + payload.size / SLOWEST_BYTES_PER_MS,
      });
      return { kind: "written", version: versionOf(answer) };
    } catch (error) {
      return this.#putFailed(key, error, payload, when, options);
    } finally {
      payload.close();
    }
  }

  #putFailed(
    key: string,
    error: unknown,
    payload: Payload,
    when: Precondition,
    options: PutOptions,
  ): PutResult {
    payload.signal.throwIfAborted(); // the caller's reason, or that the body changed
    const conditional = when.kind !== "none";
    const kind = writeOutcome(readFailure(error), { ...this.#judging(options), conditional });
    if (kind) return { kind };
    throw storeFault(`store "${key}"`, error, this.#settings);
  }

  /** Deadlines are in the store's time: before its first answer, ask for any. */
  async #learnTime({ notAfter, signal }: Limits): Promise<void> {
    if (notAfter !== undefined && this.time() === null) await this.head("registry/clock", signal);
  }

  #judging({ notAfter }: Limits): { notAfter?: StoreTime; now: StoreTime | null } {
    return { ...(notAfter === undefined ? {} : { notAfter }), now: this.time() };
  }

  #condition(when: Precondition): { IfNoneMatch?: string; IfMatch?: string } {
    switch (when.kind) {
      case "none":
        return {};
      case "absent":
        return { IfNoneMatch: "*" };
      case "unchanged":
        return { IfMatch: this.#ifMatch.write(when.since) };
    }
  }

  async #read<T>(
    action: string,
    signal: AbortSignal | undefined,
    act: () => Promise<T>,
  ): Promise<T | null> {
    signal?.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      signal?.throwIfAborted();
      const { status, code } = readFailure(error);
      if (status === 404 && code !== "NoSuchBucket") return null;
      throw storeFault(action, error, this.#settings);
    }
  }

  #page(answer: ListObjectsV2CommandOutput): Page {
    const at = answeredAt(answer) ?? this.time();
    if (at !== null) {
      return { at: at as StoreTime, objects: listedOf(answer, this.#settings.prefix) };
    }
    throw new StoreError("unsupported", `Cannot use ${this.url}: its answers bear no Date`);
  }

  #at(key: string): { Bucket: string; Key: string } {
    checkKey(key);
    return { Bucket: this.#settings.bucket, Key: this.#settings.prefix + key };
  }
}
