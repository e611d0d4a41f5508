/** Files on this machine: their first bytes, their SHA-256, and Git LFS pointers. */
import { createHash } from "node:crypto";
import { messageOf } from "../base/errors.ts";
import { isPdfHash, type PdfHash } from "../queue/job.ts";

/** A pointer is smaller than this (the specification's own limit). */
export const HEAD_BYTES = 1024;
const CHUNK = 1024 * 1024;

export type LfsPointer = { hash: PdfHash; size: number };

/** Reads a Git LFS pointer; null for anything else. */
export function parsePointer(head: Uint8Array): LfsPointer | null {
  if (head.length >= HEAD_BYTES) return null;
  const text = new TextDecoder().decode(head);
  if (!text.startsWith("version https://git-lfs.github.com/spec/v1\n")) return null;
  const hash = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1] ?? "";
  const size = Number(/^size (\d+)$/m.exec(text)?.[1] ?? NaN);
  return isPdfHash(hash) && Number.isSafeInteger(size) ? { hash, size } : null;
}

/** The first bytes of a file. */
export async function readHead(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const head = new Uint8Array(HEAD_BYTES);
  let at = 0;
  while (at < head.length) {
    const read = await file.read(head.subarray(at));
    if (read === null) break;
    at += read;
  }
  return head.subarray(0, at);
}

/** SHA-256 and size of what could be read, in constant memory. */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ hash: PdfHash; size: number }> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  const chunk = new Uint8Array(CHUNK);
  let size = 0;
  for (let read = await file.read(chunk); read !== null; read = await file.read(chunk)) {
    signal?.throwIfAborted();
    hash.update(chunk.subarray(0, read));
    size += read;
  }
  return { hash: hash.digest("hex") as PdfHash, size };
}

/** The hash a file stands for: a pointer's oid, else its bytes' SHA-256. Null: no such file. */
export async function hashOfLocalFile(path: string): Promise<PdfHash | null> {
  try {
    if (!(await Deno.stat(path)).isFile) return null;
    return parsePointer(await readHead(path))?.hash ?? (await hashFile(path)).hash;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Nothing is there (or part of the path is a file, or no file can have such a name). */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    (error instanceof Error && /ENAMETOOLONG|File name too long|os error 36/.test(error.message));
}

/** Why a file could not be read, in a few words for people. */
export function whyUnreadable(error: unknown): string {
  if (isMissing(error)) return "it does not exist";
  if (error instanceof Deno.errors.PermissionDenied) return "no permission to read it";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.FilesystemLoop) return "its symbolic links form a loop";
  return messageOf(error);
}
