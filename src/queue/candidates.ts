/** Finds jobs to claim with few requests and little contention. */
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { ObjectStore, Page } from "../store/object_store.ts";
import type { PdfHash, Priority } from "./job.ts";
import { placeOf, PROCESSING, TODO, todoPrefix } from "./layout.ts";
import { type Candidate, pick } from "./rules/pick.ts";

const PAGE = 1000;
/** A list is used no longer than this: others claim from the same jobs. */
const FRESH_MS = 30_000;

type Deps = { store: ObjectStore; clock: Clock; random: Random };

/** Lists some of the most urgent waiting jobs that nobody holds, from a random point on. Two or three LISTs. */
export async function listCandidates(deps: Deps): Promise<Candidate[]> {
  let processing: Set<PdfHash> | undefined;
  for await (const page of deps.store.list(TODO, { pageSize: PAGE })) {
    const listed = candidatesOf(page);
    if (listed.length === 0) continue;
    // Listed after the todos: what was claimed in between is left out.
    processing ??= await listProcessing(deps.store);
    const isFull = page.objects.length >= PAGE;
    const random = isFull ? await fromRandomPoint(deps, listed[0]!.priority) : [];
    for (const list of [random, listed]) {
      const picked = pick(list, processing, deps.random);
      if (picked.length > 0) return picked;
    }
  }
  return [];
}

/** Hands candidates out one by one, to all slots of a worker, and lists anew when they are used up or old. */
export class Candidates {
  #left: Candidate[] = [];
  #listedAt = -Infinity;
  #listing: Promise<void> | null = null;

  constructor(private readonly deps: Deps) {}

  /** The next job to try, or null when a fresh list is empty. */
  async next(): Promise<Candidate | null> {
    const isOld = this.deps.clock.monotonic() - this.#listedAt > FRESH_MS;
    if (this.#left.length === 0 || isOld) {
      this.#listing ??= this.#list().finally(() => this.#listing = null);
      await this.#listing;
    }
    return this.#left.shift() ?? null;
  }

  /** A candidate was another's: here begins another worker's run, so the rest is not tried. */
  drop(): void {
    this.#left = [];
  }

  async #list(): Promise<void> {
    this.#left = await listCandidates(this.deps);
    this.#listedAt = this.deps.clock.monotonic();
  }
}

/** A page of this priority that begins anywhere, so that workers spread over a long queue. */
async function fromRandomPoint(deps: Deps, priority: Priority): Promise<Candidate[]> {
  const prefix = todoPrefix(priority);
  const startAfter = prefix + deps.random.int(2 ** 32).toString(16).padStart(8, "0");
  for await (const page of deps.store.list(prefix, { startAfter, pageSize: PAGE })) {
    return candidatesOf(page);
  }
  return [];
}

async function listProcessing(store: ObjectStore): Promise<Set<PdfHash>> {
  const held = new Set<PdfHash>();
  for await (const page of store.list(PROCESSING)) {
    for (const { key } of page.objects) {
      const place = placeOf(key);
      if (place) held.add(place.hash);
    }
  }
  return held;
}

function candidatesOf(page: Page): Candidate[] {
  return page.objects
    .map(({ key }) => placeOf(key))
    .filter((place) => place?.state === "todo")
    .map(({ hash, priority }) => ({ hash, priority }));
}
