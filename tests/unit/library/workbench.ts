/** A manifest on a memory store, a temporary folder, and zips made by hand. */
import { crc32, deflateRawSync } from "node:zlib";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLog } from "../../../src/base/log.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { NewEntry } from "../../../src/library/entry.ts";
import { Manifest, type ManifestOptions } from "../../../src/library/manifest.ts";
import type { PdfHash } from "../../../src/queue/job.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import { MeteredStore } from "../../../src/store/metered_store.ts";
import type { ObjectStore } from "../../../src/store/object_store.ts";
import { sha256Hex } from "../../../src/store/verified_body.ts";

export const hashOf = (text: string) => sha256Hex(new TextEncoder().encode(text)) as PdfHash;

export function memory(url?: string): MemoryStore {
  return new MemoryStore({ clock: systemClock, url });
}

/** `clock`: conflicts are waited for in no time. */
export function libraryOn(inner: ObjectStore, options: ManifestOptions & { seed?: number } = {}) {
  const store = new MeteredStore(inner);
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const base = { store, clock, random: seededRandom(options.seed ?? 1), log: silentLog };
  return { ...base, manifest: new Manifest(base, options) };
}

/** The n-th file ever ingested: later ones have later times. */
export function entry(n: number, more: Partial<NewEntry> = {}): NewEntry {
  return {
    hash: hashOf(`file ${n}`),
    path: `dir/file-${n}.pdf`,
    size: 100 + n,
    tags: ["dir", `file-${n}`],
    source: "lib",
    ingestedAt: new Date(1_700_000_000_000 + n * 1000).toISOString(),
    ...more,
  };
}

export const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => entry(from + at));

export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-library-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export type ZipEntry = {
  name: string;
  text?: string;
  /** Unix mode, for links and the like. */
  mode?: number;
  /** Lies about the size before packing. */
  size?: number;
  crc?: number;
  flags?: number;
};

/** A zip with whatever names and lies a test needs; zip libraries refuse to write those. */
export function zipOf(list: ZipEntry[]): Uint8Array<ArrayBuffer> {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const { name, text = "", mode = 0o100644, size, crc, flags = 0x800 } of list) {
    const [raw, bytes] = [new TextEncoder().encode(name), new TextEncoder().encode(text)];
    const packed = new Uint8Array(deflateRawSync(bytes));
    const fields = (header: DataView, from: number) => {
      header.setUint16(from, 20, true);
      header.setUint16(from + 2, flags, true);
      header.setUint16(from + 4, 8, true);
      header.setUint16(from + 8, 0x21, true);
      header.setUint32(from + 10, crc ?? crc32(bytes), true);
      header.setUint32(from + 14, packed.length, true);
      header.setUint32(from + 18, size ?? bytes.length, true);
      header.setUint16(from + 22, raw.length, true);
    };
    const [one, two] = [new DataView(new ArrayBuffer(30)), new DataView(new ArrayBuffer(46))];
    one.setUint32(0, 0x04034b50, true);
    fields(one, 4);
    two.setUint32(0, 0x02014b50, true);
    two.setUint16(4, (3 << 8) | 20, true);
    fields(two, 6);
    two.setUint32(38, mode * 65536, true);
    two.setUint32(42, at, true);
    local.push(new Uint8Array(one.buffer), raw, packed);
    central.push(new Uint8Array(two.buffer), raw);
    at += 30 + raw.length + packed.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, list.length, true);
  end.setUint16(10, list.length, true);
  end.setUint32(12, central.reduce((sum, part) => sum + part.length, 0), true);
  end.setUint32(16, at, true);
  return join([...local, ...central, new Uint8Array(end.buffer)]);
}

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
