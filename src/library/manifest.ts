/** `registry/manifest.json` and its segments: the catalogue of what was ingested. */
import type { Clock } from "../base/clock.ts";
import { BlobForgeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { PdfHash } from "../queue/job.ts";
import { MANIFEST } from "../queue/layout.ts";
import { changeJson, readJson } from "../store/json_register.ts";
import type { ObjectStore, Version } from "../store/object_store.ts";
import { Catalogue } from "./catalogue.ts";
import { compact } from "./compact.ts";
import type { ManifestEntry, NewEntry } from "./entry.ts";
import {
  addToRoot,
  type ManifestRoot,
  readRoot,
  removeFromRoot,
  writeRoot,
} from "./manifest_root.ts";
import { readSegment, type SegmentEntries } from "./segments.ts";

export type ManifestDeps = { store: ObjectStore; clock: Clock; random: Random; log: Log };

export type ManifestOptions = {
  /** Entries that stay in the root; beyond it the oldest move into segments. */
  rootLimit?: number;
  /** So many segments of about one size are merged into one. */
  mergeAt?: number;
};

/** Rounds of reading root and segments while others merge segments away. */
const ROUNDS = 5;

export class Manifest {
  readonly #limits: Required<ManifestOptions>;

  constructor(private readonly deps: ManifestDeps, options: ManifestOptions = {}) {
    this.#limits = { rootLimit: options.rootLimit ?? 20_000, mergeAt: options.mergeAt ?? 8 };
  }

  /** Root and segments, merged. One request for the root and one for each segment. */
  async load(): Promise<Catalogue> {
    return await this.read(({ root, segments }) => new Catalogue(root, segments));
  }

  /** What is known of one hash, or null. Reads only the segments that may hold it. */
  async find(hash: PdfHash): Promise<ManifestEntry | null> {
    const wanted = (first: string, last: string) => first <= hash && hash <= last;
    return await this.read(
      ({ root, segments }) => new Catalogue(root, segments).get(hash),
      (ref) => wanted(ref.first, ref.last),
    );
  }

  /** The root as it stands now, and its revision; null version: there is none yet. */
  async readRoot(): Promise<{ root: ManifestRoot; version: Version | null }> {
    const seen = await readJson(this.deps.store, MANIFEST);
    return { root: readRoot(seen?.json ?? {}), version: seen?.version ?? null };
  }

  /** The revision of the root, for one small request; null: there is none yet. */
  async version(): Promise<Version | null> {
    return (await this.deps.store.head(MANIFEST))?.version ?? null;
  }

  /**
   * Adds files in one commit (two requests), thousands at once. Safe to repeat: a
   * path and tags that are there stay as they are.
   */
  async add(added: readonly NewEntry[]): Promise<void> {
    if (added.length === 0) return;
    const written = await this.#change((root) => addToRoot(root, added));
    if (written === null) return;
    await compact(this.deps, readRoot(written), this.#limits);
  }

  /** Takes a hash out. Safe to repeat. */
  async remove(hash: PdfHash): Promise<void> {
    await this.#change((root) => removeFromRoot(root, hash));
  }

  /** Reads root and segments, and again if a segment was merged away in between. */
  async read<T>(
    use: (state: { root: ManifestRoot; segments: Map<string, SegmentEntries> }) => T,
    wanted: (ref: ManifestRoot["segments"][number]) => boolean = () => true,
  ): Promise<T> {
    for (let round = 0; round < ROUNDS; round++) {
      const { root } = await this.readRoot();
      const segments = await this.#readSegments(root.segments.filter(wanted));
      if (segments !== null) return use({ root, segments });
    }
    throw new BlobForgeError(
      "bad-input",
      `Cannot read the manifest in ${this.deps.store.url}: a segment that it names is missing`,
      "Restore the objects under registry/manifest/, or ingest the library again",
    );
  }

  async #readSegments(refs: ManifestRoot["segments"]): Promise<Map<string, SegmentEntries> | null> {
    const segments = new Map<string, SegmentEntries>();
    for (const { key } of refs) {
      const entries = await readSegment(this.deps.store, key);
      if (entries === null) return null;
      segments.set(key, entries);
    }
    return segments;
  }

  async #change(change: (root: ManifestRoot) => boolean) {
    return await changeJson(this.deps, MANIFEST, (json) => {
      const root = readRoot(json);
      const now = new Date(this.deps.clock.now()).toISOString();
      return change(root) ? writeRoot(root, now) : null;
    });
  }
}
