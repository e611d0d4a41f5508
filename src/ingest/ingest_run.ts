/** One run of ingest: from candidates to outcomes. */
import { basename } from "node:path";
import { covers, type NewEntry } from "../library/entry.ts";
import type { Catalogue } from "../library/catalogue.ts";
import type { PdfHash } from "../queue/job.ts";
import type { Candidate, Discovery } from "./discover.ts";
import type { HashCache } from "./hash_cache.ts";
import { identify } from "./identify.ts";
import type { IngestDeps, IngestSettings } from "./ingest.ts";
import { type LfsSource, type LfsWanted, withLfsObjects } from "./lfs.ts";
import { ManifestBatch } from "./manifest_batch.ts";
import { type IngestedFile, type IngestReport, summaryOf } from "./report.ts";
import { forEachAtOnce } from "./at_once.ts";
import { tagsOf } from "./tags.ts";
import { upload, type UploadResult } from "./upload.ts";

type Deps = IngestDeps & { cache: HashCache };
/** A PDF that the manifest does not have. `at`: its place in the report. */
type New = { at: number; candidate: Candidate; hash: PdfHash; size: number };

/** Where the bytes of a PDF are; `renew` brings them back if they are gone. */
type Place = { path: string; renew?(): Promise<LfsSource> };

const CONCURRENCY = 4;
const NO_SOURCE = {
  reason: "another file with the same content could not be brought in",
  hint: "Run the same command again",
};
const FLUSH = { files: 2000, ms: 30_000 };

export class IngestRun {
  readonly #outcomes: (IngestedFile | undefined)[] = [];
  /** Hashes that this run takes care of; false: it failed, and the next file with those bytes may try. */
  readonly #taken = new Map<PdfHash, Promise<boolean>>();
  readonly #pointers: (New & LfsWanted)[] = [];
  readonly #batch: ManifestBatch;
  #total = 0;
  #done = 0;
  #failed = 0;
  #uploadedBytes = 0;

  constructor(
    private readonly deps: Deps,
    private readonly settings: IngestSettings,
    private readonly known: Catalogue | null,
  ) {
    this.#batch = new ManifestBatch(deps, settings.flush ?? FLUSH);
  }

  async all(found: Discovery): Promise<IngestReport> {
    this.#total = found.problems.length + found.candidates.length;
    found.problems.forEach((problem, at) => {
      this.#settle(at, { ...problem, outcome: "failed", size: 0 });
    });
    const offset = found.problems.length;
    try {
      await this.#eachAtOnce(
        [...found.candidates.entries()],
        ([at, candidate]) => this.#look(offset + at, candidate),
      );
      await this.#takePointers();
    } catch (error) {
      if (!this.settings.signal?.aborted) {
        await this.#batch.flush().catch(() => {}); // the first fault is the one to tell
        throw error;
      }
    }
    await this.#batch.flush();
    const files = this.#outcomes.filter((file) => file !== undefined);
    const interrupted = this.settings.signal?.aborted ?? false;
    return { files, summary: summaryOf(files, this.#uploadedBytes), interrupted };
  }

  async #look(at: number, candidate: Candidate): Promise<void> {
    const identity = await identify(this.deps, candidate.path, this.settings.signal);
    const { path } = candidate;
    if (identity.kind === "refused") {
      const { reason, hint, size } = identity;
      return this.#settle(at, { path, outcome: "failed", reason, hint, size });
    }
    const { hash, size } = identity;
    const file = { at, candidate, hash, size };
    const entry = this.known?.get(hash);
    if (entry) {
      const added = this.#entryOf(file);
      if (!covers(entry, added)) await this.#register(added);
      this.#settle(at, { path, hash, outcome: "known", size });
    } else if (identity.kind === "pointer" && !this.settings.dryRun) {
      this.#pointers.push({ ...file, path, pointer: identity.pointer });
    } else {
      await this.#take(file, { path });
    }
  }

  /** Fetches the content of pointers, of each hash once; the others with that hash share its end. */
  async #takePointers(): Promise<void> {
    const { signal } = this.settings;
    const firsts = new Map<PdfHash, New & LfsWanted>();
    for (const file of this.#pointers) {
      if (!firsts.has(file.hash) && !this.#taken.has(file.hash)) firsts.set(file.hash, file);
    }
    const sources = new Map<PdfHash, LfsSource>();
    await withLfsObjects([...firsts.values()], { signal, log: this.deps.log }, async (batch) => {
      await this.#eachAtOnce(batch, async ([file, source]) => {
        sources.set(file.hash, source);
        await this.#takeFrom(source, file);
      });
    });
    for (const file of this.#pointers) {
      signal?.throwIfAborted();
      if (firsts.get(file.hash) === file) continue;
      await this.#takeFrom(sources.get(file.hash) ?? NO_SOURCE, file);
    }
  }

  async #takeFrom(source: LfsSource, file: New): Promise<void> {
    const { hash, size, candidate: { path } } = file;
    const isIn = await this.#taken.get(hash);
    if ("path" in source) return await this.#take(file, source);
    if (isIn) return await this.#take(file, { path }); // another file has brought it in
    this.#settle(file.at, { path, hash, outcome: "failed", ...source, size });
  }

  /** Uploads from `source`, unless another file with these bytes was, or is being, brought in. */
  async #take(file: New, source: Place): Promise<void> {
    const { hash, size, candidate: { path } } = file;
    for (let other = this.#taken.get(hash); other; other = this.#taken.get(hash)) {
      if (await other) {
        await this.#register(this.#entryOf(file));
        return this.#settle(file.at, { path, hash, outcome: "duplicate", size });
      }
      if (this.#taken.get(hash) === other) this.#taken.delete(hash);
    }
    if (this.settings.dryRun) {
      this.#taken.set(hash, Promise.resolve(true));
      return this.#settle(file.at, { path, hash, outcome: "would-queue", size });
    }
    const uploading = this.#upload(file, source);
    const isIn = uploading.then(({ kind }) => kind !== "failed", () => false);
    this.#taken.set(hash, isIn);
    const result = await uploading;
    if (result.kind === "failed") {
      const { reason, hint } = result;
      return this.#settle(file.at, { path, hash, outcome: "failed", reason, hint, size });
    }
    if (result.uploaded) this.#uploadedBytes += size;
    await this.#register(this.#entryOf(file));
    this.#settle(file.at, { path, hash, outcome: result.kind, size });
  }

  async #upload({ candidate, hash, size }: New, source: Place): Promise<UploadResult> {
    const { priority, signal } = this.settings;
    const originalName = basename(candidate.relativePath);
    const tags = this.#tagsOf(candidate);
    const from = (path: string) =>
      upload(this.deps, { path, originalName, hash, size, tags, priority }, signal);
    const result = await from(source.path);
    if (result.kind !== "failed" || !source.renew || await exists(source.path)) return result;
    const again = await source.renew();
    return "path" in again ? await from(again.path) : { kind: "failed", ...again };
  }

  async #register(entry: NewEntry): Promise<void> {
    if (!this.settings.dryRun) await this.#batch.add(entry);
  }

  #entryOf({ candidate, hash, size }: New): NewEntry {
    return {
      hash,
      path: candidate.relativePath,
      size,
      tags: this.#tagsOf(candidate),
      source: candidate.source,
      ingestedAt: new Date(this.deps.clock.now()).toISOString(),
    };
  }

  #tagsOf(candidate: Candidate): string[] {
    const own = tagsOf(candidate.relativePath);
    return [...own, ...(this.settings.tags ?? []).filter((tag) => !own.includes(tag))];
  }

  #eachAtOnce<T>(all: T[], work: (one: T) => Promise<void>): Promise<void> {
    const { concurrency = CONCURRENCY, signal } = this.settings;
    return forEachAtOnce(all, concurrency, work, signal);
  }

  #settle(at: number, file: IngestedFile): void {
    this.#outcomes[at] = file;
    this.#done++;
    if (file.outcome === "failed") this.#failed++;
    this.settings.onProgress?.({
      total: this.#total,
      done: this.#done,
      failed: this.#failed,
      uploadedBytes: this.#uploadedBytes,
      last: file,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
