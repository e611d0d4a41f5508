/** Says what a file is, by its content. */
import { resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { hashFile, parsePointer, readHead, whyUnreadable } from "../library/local_file.ts";
import type { PdfHash } from "../queue/job.ts";
import type { Fingerprint, HashCache } from "./hash_cache.ts";

/**
 * `pdf`: a PDF by its first bytes. `pointer`: Git LFS keeps the bytes elsewhere.
 * `refused`: it is none, with the reason in one line.
 */
export type Identity =
  | { kind: "pdf"; hash: PdfHash; size: number }
  | { kind: "pointer"; hash: PdfHash; size: number; pointer: Uint8Array }
  | { kind: "refused"; size: number; reason: string; hint?: string };

type Deps = { cache: HashCache; clock: Clock };

/** Reads the file once, in constant memory; not at all if its hash is remembered. Throws only on abort. */
export async function identify(
  deps: Deps,
  path: string,
  signal?: AbortSignal,
): Promise<Identity> {
  try {
    return await look(deps, path, signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    return refused(0, whyUnreadable(error), "Check the file and its permissions");
  }
}

async function look(deps: Deps, path: string, signal?: AbortSignal): Promise<Identity> {
  const print = await fingerprint(path);
  if (print === null) return refused(0, "it is not a regular file");
  const { size } = print;
  const remembered = deps.cache.find(print);
  if (remembered !== null) return { kind: "pdf", hash: remembered, size };
  if (size === 0) return refused(0, "it is empty", "Fetch it again from where it came");
  const head = await readHead(path);
  const pointer = parsePointer(head);
  if (pointer !== null) return { kind: "pointer", ...pointer, pointer: head.slice() };
  if (!isPdf(head)) return notPdf(size, head);
  const startedAt = deps.clock.now();
  const hashed = await hashFile(path, signal);
  const after = await fingerprint(path);
  if (hashed.size !== size || JSON.stringify(after) !== JSON.stringify(print)) {
    return refused(size, "it changed while it was read", "Wait until nothing writes to it");
  }
  deps.cache.remember(print, hashed.hash, startedAt);
  return { kind: "pdf", hash: hashed.hash, size };
}

/** `%PDF` somewhere in the first kilobyte: readers allow rubbish before it. */
function isPdf(head: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(head).includes("%PDF");
}

function notPdf(size: number, head: Uint8Array): Identity {
  const text = new TextDecoder("latin1").decode(head).trimStart().toLowerCase();
  if (/^(<!doctype html|<html|<head|<\?xml)/.test(text)) {
    return refused(size, "it is a web page, not a PDF", "Download the PDF itself");
  }
  if (text.startsWith("version https://git-lfs")) {
    return refused(size, "it is a damaged Git LFS pointer", "Run `git checkout` on it");
  }
  return refused(size, "it is not a PDF: no %PDF in its first 1024 bytes");
}

/** Null for anything that is no regular file: opening a pipe would wait for ever. */
async function fingerprint(path: string): Promise<Fingerprint | null> {
  const stat = await Deno.stat(path);
  if (!stat.isFile) return null;
  return {
    path: resolve(path),
    size: stat.size,
    mtimeMs: stat.mtime?.getTime() ?? Infinity, // unknown: never remembered
    ctimeMs: stat.ctime?.getTime() ?? 0,
    inode: stat.ino ?? 0,
  };
}

function refused(size: number, reason: string, hint?: string): Identity {
  return { kind: "refused", size, reason, hint };
}
