import type { Version } from "./object_store.ts";

/**
 * How an ETag is written in If-Match. HTTP wants quotes, and AWS gets them;
 * Ceph and servers like it only compare an ETag without. The first guess is
 * corrected by {@link wasMistaken} as long as no write has proven it right.
 */
export class IfMatchStyle {
  #quoted: boolean;
  #proven = false;

  constructor(quoted: boolean) {
    this.#quoted = quoted;
  }

  /** The header's value for a version as the server gave it. */
  write(version: Version): string {
    const bare = version.replace(/^"(.*)"$/s, "$1");
    return this.#quoted ? `"${bare}"` : bare;
  }

  /** A conflict may be the style's fault: worth a look at what is there. */
  get doubtful(): boolean {
    return !this.#proven;
  }

  worked(): void {
    this.#proven = true;
  }

  /** The server refused a version that is there: the other style is right, or it has no compare-and-swap. */
  wasMistaken(): void {
    this.#quoted = !this.#quoted;
    this.#proven = true;
  }
}
