import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type {
  Body,
  Listed,
  ListOptions,
  ObjectStore,
  PutOptions,
  StoreTime,
  Version,
} from "../../src/store/object_store.ts";

export const NONE = { kind: "none" } as const;
export const ABSENT = { kind: "absent" } as const;
export const unchanged = (since: Version) => ({ kind: "unchanged", since }) as const;

export const bytes = (text: string) => new TextEncoder().encode(text);

/** Puts and expects success; gives the new version. */
export async function write(
  store: ObjectStore,
  key: string,
  text: string,
  options?: PutOptions,
): Promise<Version> {
  const result = await store.put(key, bytes(text), NONE, options);
  assert.equal(result.kind, "written");
  return (result as { version: Version }).version;
}

/** The text at `key`, or null. */
export async function read(store: ObjectStore, key: string): Promise<string | null> {
  const object = await store.get(key);
  return object ? await new Response(object.body).text() : null;
}

export async function listAll(
  store: ObjectStore,
  prefix: string,
  options?: ListOptions,
): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const page of store.list(prefix, options)) all.push(...page.objects);
  return all;
}

export async function keysOf(
  store: ObjectStore,
  prefix: string,
  options?: ListOptions,
): Promise<string[]> {
  return (await listAll(store, prefix, options)).map((listed) => listed.key);
}

/** The store's time, asked for if it does not know it yet. */
export async function timeOf(store: ObjectStore): Promise<StoreTime> {
  if (store.time() === null) await store.head("nothing/here");
  const time = store.time();
  assert.notEqual(time, null, "time() is known after an answer");
  return time!;
}

/** `size` bytes in chunks of 64 KiB, made while they are read; the same seed gives the same bytes. */
export function streamedBody(size: number, seed: number): Body {
  const hash = createHash("sha256");
  for (const chunk of pattern(size, seed)) hash.update(chunk);
  return {
    size,
    sha256: hash.digest("hex"),
    open: () => ReadableStream.from(pattern(size, seed)),
  };
}

export function* pattern(size: number, seed: number): Generator<Uint8Array> {
  for (let at = 0; at < size; at += 65536) {
    const chunk = new Uint8Array(Math.min(65536, size - at));
    for (let i = 0; i < chunk.length; i++) chunk[i] = (at / 65536 + i * 31 + seed) & 0xff;
    yield chunk;
  }
}

export async function sha256Of(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}
