/** Writes a zip whose bytes depend on its entries only: not on the time, the zone, or the order given to a folder. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { ZipFile } from "yazl";
import type { Body } from "../store/object_store.ts";

export type ZipEntry =
  & { name: string; compress: boolean }
  & ({ file: string } | { bytes: Uint8Array });

/** The files of one zip, closed when it is over, whichever way. */
type Opened = { handles: FileHandle[]; over: boolean };

/**
 * In the order given, in constant memory. On failure (a file that is gone or became a link,
 * a full disk) nothing stays open and no file is left.
 */
export async function writeZip(path: string, entries: ZipEntry[]): Promise<Body> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const opened: Opened = { handles: [], over: false };
  zip.on("error", (error: Error) => output.destroy(error));
  // The reader below throws it. Before that one reads, an error that nobody hears would end the process.
  output.on("error", () => {});
  try {
    for (const entry of entries) add(zip, entry, opened);
    zip.end();
    return await save(output, path);
  } catch (error) {
    output.destroy();
    await Deno.remove(path).catch(() => {});
    throw error;
  } finally {
    opened.over = true;
    for (const handle of opened.handles) await handle.close().catch(() => {});
  }
}

/** A file as a body. It is opened when the stream is first read, and closed at its end or when it is cancelled. */
export function fileBody(path: string, size: number, sha256: string): Body {
  return { size, sha256, open: () => ReadableStream.from(chunksOf(path)) };
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of (await Deno.open(path)).readable) yield chunk;
}

function add(zip: ZipFile, entry: ZipEntry, opened: Opened): void {
  const options = {
    // Zips hold local time: this is 1980-01-01 in every zone, the format's zero.
    mtime: new Date(1980, 0, 1),
    forceDosTimestamp: true, // the other timestamp is UTC, and differs between zones then
    mode: 0o100644,
    compress: entry.compress,
  };
  if ("bytes" in entry) return zip.addBuffer(Buffer.from(entry.bytes), entry.name, options);
  zip.addReadStreamLazy(entry.name, options, (done) => {
    openPlain(entry.file, opened).then(
      (stream) => {
        stream.on("error", (error) => zip.emit("error", error));
        done(null, stream);
      },
      (error) => done(error, null as unknown as Readable),
    );
  });
}

/** Not through a link, even one that was put there since the folder was listed; and never waiting for a pipe. */
async function openPlain(path: string, opened: Opened): Promise<Readable> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (opened.over) await handle.close(); // the zip has failed while this was opened
  else opened.handles.push(handle);
  if (opened.over || !(await handle.stat()).isFile()) {
    throw new Error(`"${path}" is not a plain file`);
  }
  return handle.createReadStream({ autoClose: false });
}

async function save(output: Readable, path: string): Promise<Body> {
  const hash = createHash("sha256");
  let size = 0;
  const file = await open(path, "w");
  try {
    for await (const chunk of output as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      size += chunk.length;
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  return fileBody(path, size, hash.digest("hex"));
}
