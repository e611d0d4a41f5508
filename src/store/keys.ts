/** What may be a key or a metadata name in every store, and the order of keys. */
import { StoreError } from "./store_error.ts";

/**
 * Compares two keys by their UTF-8 bytes, which is how LIST sorts. JavaScript's
 * own order differs for characters outside the basic plane.
 */
export function compareKeys(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return byteRank(x) - byteRank(y);
  }
  return a.length - b.length;
}

/** Sorts in place by UTF-8 bytes; the usual case (no character above U+D7FF) takes the native sort. */
export function sortKeys(keys: string[]): string[] {
  // deno-lint-ignore no-control-regex
  const plain = keys.every((key) => /^[\u0000-\ud7ff]*$/.test(key));
  return plain ? keys.sort() : keys.sort(compareKeys);
}

/** Where `key` stands or would be inserted in a sorted list. */
export function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(sorted[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Throws for a key that no store takes, so that all backends refuse the same ones. */
export function checkKey(key: string): void {
  const fail = (why: string) => {
    const shown = JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key);
    throw new StoreError("unexpected", `Cannot use the key ${shown}: ${why}`);
  };
  if (key === "") fail("it is empty");
  if (!key.isWellFormed()) fail("it is not well-formed Unicode");
  if (key.includes("\0")) fail("it holds a NUL");
  if (key.length > 341 && new TextEncoder().encode(key).length > MAX_KEY_BYTES) {
    fail(`it is longer than ${MAX_KEY_BYTES} bytes`);
  }
}

/** Throws for metadata that some store would refuse or change: names are lower case, as HTTP gives them back. */
export function checkMetadata(key: string, metadata: Record<string, string>): void {
  for (const [name, value] of Object.entries(metadata)) {
    if (/^[a-z0-9-]+$/.test(name) && value.isWellFormed()) continue;
    throw new StoreError(
      "unexpected",
      `Cannot store "${key}": its metadata ${JSON.stringify(name)} cannot be kept`,
      "Names take a-z, 0-9 and -, values well-formed Unicode",
    );
  }
}

const MAX_KEY_BYTES = 1024;

/** Surrogates (characters above U+FFFF) come after everything else, as in UTF-8. */
function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
