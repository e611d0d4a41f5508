/** The whole manifest in memory: root and segments merged. */
import { isPdfHash, type PdfHash } from "../queue/job.ts";
import { type ManifestEntry, mergeEntries, readEntry } from "./entry.ts";
import { isVisible, type ManifestRoot } from "./manifest_root.ts";
import type { SegmentEntries } from "./segments.ts";

export class Catalogue {
  readonly #entries = new Map<PdfHash, ManifestEntry>();

  constructor(root: ManifestRoot, segments: ReadonlyMap<string, SegmentEntries>) {
    this.#addAll(root.entries, () => true);
    const newestFirst = [...root.segments].sort((a, b) => b.generation - a.generation);
    for (const segment of newestFirst) {
      this.#addAll(segments.get(segment.key) ?? {}, (hash) => isVisible(root, segment, hash));
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  has(hash: PdfHash): boolean {
    return this.#entries.has(hash);
  }

  get(hash: PdfHash): ManifestEntry | null {
    return this.#entries.get(hash) ?? null;
  }

  entries(): IterableIterator<[PdfHash, ManifestEntry]> {
    return this.#entries.entries();
  }

  #addAll(entries: Record<string, unknown>, isThere: (hash: string) => boolean): void {
    for (const [hash, json] of Object.entries(entries)) {
      if (!isPdfHash(hash) || !isThere(hash)) continue;
      const newer = this.#entries.get(hash);
      const entry = readEntry(json);
      this.#entries.set(hash, newer ? mergeEntries(newer, entry) : entry);
    }
  }
}
