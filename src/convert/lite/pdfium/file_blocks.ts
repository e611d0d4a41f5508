/** Serves PDFium's many small reads of a file from a few blocks in memory. */

const BLOCK = 64 * 1024;
const KEPT = 16;

export type ReadAt = (position: number, into: Uint8Array) => boolean;

/** The returned function fills `into` from `position`; false when the file does not hold that many bytes. */
export function blockReader(file: Deno.FsFile, size: number): ReadAt {
  const blocks = new Map<number, Uint8Array>();
  const load = (index: number): Uint8Array | null => {
    const known = blocks.get(index);
    if (known) return known;
    const block = new Uint8Array(Math.min(BLOCK, size - index * BLOCK));
    if (!readFully(file, index * BLOCK, block)) return null;
    if (blocks.size >= KEPT) blocks.delete(blocks.keys().next().value!);
    blocks.set(index, block);
    return block;
  };
  return (position, into) => {
    if (position + into.length > size) return false;
    if (into.length > BLOCK) return readFully(file, position, into);
    for (let done = 0; done < into.length;) {
      const at = position + done;
      const block = load(Math.floor(at / BLOCK));
      if (block === null) return false;
      const part = block.subarray(at % BLOCK, at % BLOCK + into.length - done);
      into.set(part, done);
      done += part.length;
    }
    return true;
  };
}

/** False when the file ends early or cannot be read: PDFium then reports the document as damaged. */
function readFully(file: Deno.FsFile, position: number, into: Uint8Array): boolean {
  try {
    file.seekSync(position, Deno.SeekMode.Start);
    for (let done = 0; done < into.length;) {
      const read = file.readSync(into.subarray(done));
      if (read === null) return false;
      done += read;
    }
    return true;
  } catch {
    return false;
  }
}
