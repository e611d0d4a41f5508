import type { StoreTime } from "../object_store.ts";
import type { Bench, Verdict } from "../probe.ts";
import { storeTime, textAt, write } from "./bench.ts";

/** Late by this much: more than Date's whole seconds can hide. */
const LATE_MS = 3_000;
const AHEAD_MS = 60_000;

/** A write in time must work; one whose deadline has passed must be refused and change nothing. */
export async function checkExpiry(bench: Bench, verb: "put" | "delete"): Promise<Verdict> {
  const { store, signal } = bench;
  const key = bench.key(verb);
  const send = (notAfter: StoreTime) =>
    verb === "put"
      ? store.put(key, new TextEncoder().encode("late"), { kind: "none" }, { notAfter, signal })
      : store.delete(key, { notAfter, signal });
  await write(bench, key, "old");
  const late = await send((await storeTime(bench) - LATE_MS) as StoreTime);
  const kept = await textAt(bench, key) === "old";
  const name = verb.toUpperCase();
  if (!kept) {
    const detail = `a presigned ${name} was done after its expiry: a worker that was paused ` +
      "could destroy the work of the next";
    return { ok: false, detail };
  }
  if (late.kind !== "expired") {
    return { ok: false, detail: `a presigned ${name} after its expiry: ${late.kind}` };
  }
  const inTime = await send((await storeTime(bench) + AHEAD_MS) as StoreTime);
  if (inTime.kind !== "written" && inTime.kind !== "deleted") {
    return { ok: false, detail: `a presigned ${name} before its expiry: ${inTime.kind}` };
  }
  return { ok: true, detail: `a presigned ${name} is done before its expiry and refused after it` };
}

/** What was deleted must be gone at once, for reads, lists and creates. */
export async function checkDeletes(bench: Bench): Promise<Verdict> {
  const { store, signal } = bench;
  const key = bench.key("deleted");
  await write(bench, key, "1");
  await store.delete(key, { signal });
  if (await store.head(key, signal)) {
    return { ok: false, detail: "an object is still there after its DELETE" };
  }
  for await (const page of store.list(key, { signal })) {
    if (page.objects.length > 0) return { ok: false, detail: "LIST shows a deleted object" };
  }
  const body = new TextEncoder().encode("2");
  const again = await store.put(key, body, { kind: "absent" }, { signal });
  return again.kind === "written"
    ? { ok: true, detail: "deleted objects are gone at once" }
    : { ok: false, detail: `a deleted key cannot be created again: ${again.kind}` };
}
