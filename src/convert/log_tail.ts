/** The end of what a host wrote: enough to explain a failure, never more than a fixed size. */
export class LogTail {
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(readonly maxBytes: number) {}

  /** Keeps the bytes, and drops the oldest ones beyond the limit. */
  add(bytes: Uint8Array): void {
    const kept = bytes.length > this.maxBytes ? bytes.subarray(-this.maxBytes) : bytes;
    this.#chunks.push(kept.slice());
    this.#size += kept.length;
    if (this.#chunks.length > 1024) this.#chunks = [this.#joined()];
    while (this.#size > this.maxBytes) this.#dropOldest();
  }

  addLine(text: string): void {
    this.add(new TextEncoder().encode(`${text}\n`));
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }

  text(): string {
    return new TextDecoder().decode(this.#joined()).replace(/^\uFFFD+/, "");
  }

  /** The last `count` lines that are not empty. */
  lastLines(count: number): string {
    return this.text().split("\n").map((line) => line.trim()).filter((line) => line !== "")
      .slice(-count).join("\n");
  }

  #dropOldest(): void {
    const oldest = this.#chunks[0]!;
    const surplus = this.#size - this.maxBytes;
    if (oldest.length <= surplus) this.#chunks.shift();
    else this.#chunks[0] = oldest.subarray(surplus);
    this.#size -= Math.min(surplus, oldest.length);
  }

  #joined(): Uint8Array {
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }
}
