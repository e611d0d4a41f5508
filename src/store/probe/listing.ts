import type { Bench, Verdict } from "../probe.ts";
import { write } from "./bench.ts";

/** Shapes of keys that the queue lists, in order: hashes in folders, with and without an ending. */
const KEYS = [
  "queue/processing/0a",
  "queue/processing/f0",
  "queue/todo/1_critical/0b",
  "queue/todo/1_critical/9c",
  "queue/todo/2_high/0a",
  "registry/workers/a-1.json",
  "registry/workers/a.json",
  "store/raw/0a.pdf",
  "store/raw/ff.pdf",
];

/** LIST must give our keys sorted, whole, from any point, at once. */
export async function checkListing(bench: Bench): Promise<Verdict> {
  for (const key of KEYS) await write(bench, bench.key(key), "");
  const all = await listed(bench, "", undefined, 4);
  if (all.join() !== KEYS.join()) {
    return { ok: false, detail: `LIST gives ${all.join(" ")} instead of ${KEYS.join(" ")}` };
  }
  const after = await listed(bench, "queue/todo/", "queue/todo/1_critical/5", 1000);
  const expected = KEYS.slice(3, 5);
  if (after.join() !== expected.join()) {
    return { ok: false, detail: `LIST with StartAfter gives ${after.join(" ") || "nothing"}` };
  }
  return { ok: true, detail: "LIST is sorted, complete and starts where it is told" };
}

/** Ages are LIST's Date minus LastModified: both must come from one clock. */
export async function checkClock(bench: Bench): Promise<Verdict> {
  const key = bench.key("now");
  await write(bench, key, "");
  for await (const page of bench.store.list(key, { signal: bench.signal })) {
    const object = page.objects[0];
    if (!object) return { ok: false, detail: "LIST does not show what was just written" };
    const ageMs = page.at - object.writtenAt;
    const seen = `a new object is ${(ageMs / 1000).toFixed(1)} s old by the store's clocks`;
    if (Math.abs(ageMs) <= TOLERANCE_MS) return { ok: true, detail: seen };
    return { ok: false, detail: `${seen}: leases would be taken over too early or too late` };
  }
  return { ok: false, detail: "LIST gives no page" };
}

/** Names and tags of PDFs are kept as metadata. */
export async function checkMetadata({ store, key, signal }: Bench): Promise<Verdict> {
  const metadata = { "original-name": "Übung 100%.pdf", "tags": '["a b","日本"]' };
  await store.put(key("meta"), new Uint8Array(1), { kind: "none" }, { metadata, signal });
  const got = (await store.head(key("meta"), signal))?.metadata ?? {};
  const lost = Object.entries(metadata).filter(([name, value]) => got[name] !== value);
  if (lost.length === 0) return { ok: true, detail: "metadata comes back as it was put" };
  return { ok: false, detail: `metadata is lost or changed: ${lost.map(([name]) => name)}` };
}

const TOLERANCE_MS = 10_000;

/** Keys relative to the bench, by pages that are small enough to be several. */
async function listed(
  { store, key, signal }: Bench,
  prefix: string,
  startAfter: string | undefined,
  pageSize: number,
): Promise<string[]> {
  const found: string[] = [];
  const from = startAfter === undefined ? {} : { startAfter: key(startAfter) };
  for await (const page of store.list(key(prefix), { ...from, pageSize, signal })) {
    found.push(...page.objects.map((object) => object.key.slice(key("").length)));
  }
  return found;
}
