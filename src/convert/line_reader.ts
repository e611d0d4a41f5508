/** Lines out of a byte stream, however the bytes are cut. */

export type Line = {
  text: string; /** The line was longer than the limit; its rest was dropped. */
  cut: boolean;
};

/**
 * Calls `onLine` for every line (`\n` or `\r\n`, also a last one without) until the stream ends.
 * A line's bytes beyond `maxBytes` are dropped, so a stream without line ends takes no memory.
 * Bytes that are not UTF-8 become U+FFFD. Fails only if the stream or `onLine` does.
 */
export async function readLines(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  onLine: (line: Line) => void,
): Promise<void> {
  const line = new LineBuffer(maxBytes);
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const bytes = next.value;
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      line.add(bytes.subarray(from, end));
      onLine(line.take());
      from = end + 1;
    }
    line.add(bytes.subarray(from));
  }
  if (line.started) onLine(line.take());
}

class LineBuffer {
  #chunks: Uint8Array[] = [];
  #kept = 0;
  #size = 0;

  constructor(readonly maxBytes: number) {}

  get started(): boolean {
    return this.#size > 0;
  }

  add(bytes: Uint8Array): void {
    const room = this.maxBytes - this.#kept;
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes;
    if (kept.length > 0) this.#chunks.push(kept.slice());
    this.#kept += kept.length;
    this.#size += bytes.length;
  }

  take(): Line {
    const decoder = new TextDecoder();
    const parts = this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
    const text = (parts.join("") + decoder.decode()).replace(/\r$/, "");
    const cut = this.#size > this.#kept;
    [this.#chunks, this.#kept, this.#size] = [[], 0, 0];
    return { text, cut };
  }
}
