/** Finds jobs to claim with few requests and little contention. */
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { ObjectStore, Page } from "../store/object_store.ts";
import type { PdfHash } from "./job.ts";
import { placeOf, PROCESSING, TODO, todoPrefix } from "./layout.ts";
import { type Candidate, HANDFUL, pick } from "./rules/pick.ts";

const PAGE = 1000;
/** A list is used no longer than this: others claim from the same jobs. */
const FRESH_MS = 30_000;

type Deps = { store: ObjectStore; clock: Clock; random: Random };

/** Lists a random handful of the most urgent waiting jobs that nobody holds. Two or three LISTs. */
export async function listCandidates(deps: Deps): Promise<Candidate[]> {
  const page = await firstPage(deps.store, TODO);
  const listed = candidatesOf(page);
  const urgent = listed[0]?.priority;
  if (urgent === undefined) return [];
  if (page.objects.length >= PAGE) listed.unshift(...await fromRandomPoint(deps, urgent));
  return pick(listed, await listProcessing(deps.store), deps.random);
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
    return this.#left.pop() ?? null;
  }

  async #list(): Promise<void> {
    this.#left = await listCandidates(this.deps);
    this.#listedAt = this.deps.clock.monotonic();
  }
}

async function fromRandomPoint(deps: Deps, priority: Candidate["priority"]): Promise<Candidate[]> {
  const prefix = todoPrefix(priority);
  const point = deps.random.int(2 ** 32).toString(16).padStart(8, "0");
  const page = await firstPage(deps.store, prefix, prefix + point);
  const after = candidatesOf(page);
  // Near the end of the alphabet the page is short: the head of the queue fills it up.
  return after.length >= HANDFUL ? after : [];
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

async function firstPage(store: ObjectStore, prefix: string, startAfter?: string): Promise<Page> {
  for await (const page of store.list(prefix, { startAfter, pageSize: PAGE })) return page;
  throw new Error(`${store.url} gave no page for ${prefix}`);
}

function candidatesOf(page: Page): Candidate[] {
  return page.objects
    .map(({ key }) => placeOf(key))
    .filter((place) => place?.state === "todo")
    .map(({ hash, priority }) => ({ hash, priority }));
}
