/** Steps that several checks of a probe share. */
import type { StoreTime, Version } from "../object_store.ts";
import type { Bench } from "../probe.ts";
import { readBytes } from "../read_all.ts";
import { StoreError } from "../store_error.ts";

/** Puts without a condition, and must succeed. */
export async function write(bench: Bench, key: string, text: string): Promise<Version> {
  const body = new TextEncoder().encode(text);
  const result = await bench.store.put(key, body, { kind: "none" }, { signal: bench.signal });
  if (result.kind === "written") return result.version;
  throw new StoreError("unsupported", `a plain PUT came back ${result.kind}`);
}

export async function textAt(bench: Bench, key: string): Promise<string | null> {
  const object = await bench.store.get(key, { signal: bench.signal });
  return object && new TextDecoder().decode(await readBytes(object.body));
}

/** The store's time; it answered before, or is asked now. */
export async function storeTime(bench: Bench): Promise<StoreTime> {
  if (bench.store.time() === null) await bench.store.head(bench.key("time"), bench.signal);
  const time = bench.store.time();
  if (time !== null) return time;
  throw new StoreError(
    "unsupported",
    "its answers bear no Date, so nothing can be given a deadline",
  );
}
