/** Reads zips with yauzl: what is in them, and their files, checked by size and CRC. */
import { createWriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { judgeZip, type Member, type ZipLimits } from "./zip_rules.ts";

const OPTIONS: yauzl.Options = {
  lazyEntries: true,
  autoClose: false,
  decodeStrings: true,
  strictFileNames: true,
  validateEntrySizes: true,
};

/** A zip whose directory was read and found harmless. Close it. */
export type OpenZip = {
  members: Member[];
  /** All bytes of a small file in it. */
  read(name: string, limit: number): Promise<Uint8Array>;
  /** Writes all files below an empty folder; returns their names. */
  extract(folder: string, signal?: AbortSignal): Promise<string[]>;
  close(): void;
};

/** Throws an `Error` whose message says what is wrong with the zip. */
export async function openZipFile(path: string, limits?: ZipLimits): Promise<OpenZip> {
  return await open(await yauzl.openPromise(path, OPTIONS), limits);
}

/** The same for a zip that is read piece by piece. */
export async function openZipReader(
  reader: yauzl.RandomAccessReader,
  size: number,
  limits?: ZipLimits,
): Promise<OpenZip> {
  return await open(await yauzl.fromRandomAccessReaderPromise(reader, size, OPTIONS), limits);
}

async function open(zip: yauzl.ZipFile, limits?: ZipLimits): Promise<OpenZip> {
  try {
    const entries: yauzl.Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      if (limits && entries.length > limits.members) break;
    }
    const members = entries.map(memberOf);
    const problem = judgeZip(members, zip.fileSize, limits);
    if (problem !== null) throw new Error(problem);
    const files = entries.filter((_, at) => !members[at]!.isFolder);
    return {
      members,
      read: (name, limit) => readEntry(zip, files, name, limit),
      extract: (folder, signal) => extractAll(zip, files, folder, signal),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function memberOf(entry: yauzl.Entry): Member {
  return {
    name: entry.fileName,
    isFolder: entry.fileName.endsWith("/"),
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
    crc32: entry.crc32,
    mode: entry.externalFileAttributes >>> 16,
    isReadable: entry.canDecodeFileData(),
  };
}

async function readEntry(
  zip: yauzl.ZipFile,
  files: yauzl.Entry[],
  name: string,
  limit: number,
): Promise<Uint8Array> {
  const entry = files.find(({ fileName }) => fileName === name);
  if (entry === undefined) throw new Error(`it has no ${name}`);
  if (entry.uncompressedSize > limit) throw new Error(`its ${name} is larger than ${limit} bytes`);
  const chunks: Uint8Array[] = [];
  const checked = (await zip.openReadStreamPromise(entry)).compose(crcCheck(entry));
  for await (const chunk of checked) chunks.push(chunk as Uint8Array);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

async function extractAll(
  zip: yauzl.ZipFile,
  files: yauzl.Entry[],
  folder: string,
  signal?: AbortSignal,
): Promise<string[]> {
  for (const entry of files) {
    const path = join(folder, entry.fileName);
    await Deno.mkdir(dirname(path), { recursive: true });
    const content = await zip.openReadStreamPromise(entry);
    const out = createWriteStream(path, { flags: "wx" });
    await pipeline(content, crcCheck(entry), out, { signal });
  }
  return files.map(({ fileName }) => fileName);
}

/** yauzl checks sizes only. */
function crcCheck(entry: yauzl.Entry): Transform {
  let sum = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush(done) {
      const isGood = sum === entry.crc32;
      done(isGood ? null : new Error(`its ${entry.fileName} is damaged (CRC)`));
    },
  });
}
