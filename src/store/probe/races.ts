import type { Precondition, PutResult } from "../object_store.ts";
import type { Bench, Verdict } from "../probe.ts";
import { textAt, write } from "./bench.ts";

/** Of many writers with one precondition exactly one must win, in each round. */
export async function checkRaces(bench: Bench, kind: "absent" | "unchanged"): Promise<Verdict> {
  const winners: number[] = [];
  for (let round = 0; round < bench.rounds; round++) {
    const key = bench.key(`race-${round}`);
    const when: Precondition = kind === "absent"
      ? { kind }
      : { kind, since: await write(bench, key, "start") };
    const results = await race(bench, key, when);
    winners.push(results.filter((result) => result.kind === "written").length);
    const stored = await textAt(bench, key);
    const at = Number(stored?.replace("racer ", ""));
    if (winners[round] === 1 && results[at]?.kind !== "written") {
      return { ok: false, detail: "a writer that was told it lost is the one that is stored" };
    }
  }
  const what = kind === "absent" ? "If-None-Match: *" : "If-Match";
  const seen = `${bench.racers} racing PUTs with ${what}: ${winners.join(", ")} succeeded`;
  const ok = winners.every((count) => count === 1);
  return { ok, detail: ok ? seen : `${seen}; several workers would take one job` };
}

/** A version that is not the current one must be refused, also when nothing is there. */
export async function checkStale(bench: Bench): Promise<Verdict> {
  const { store, signal } = bench;
  const key = bench.key("stale");
  const since = await write(bench, key, "first");
  await write(bench, key, "second");
  const body = new TextEncoder().encode("stale");
  const when = { kind: "unchanged", since } as const;
  const stale = await store.put(key, body, when, { signal });
  if (stale.kind !== "conflict" || await textAt(bench, key) !== "second") {
    return { ok: false, detail: `a PUT with If-Match of an old ETag: ${stale.kind}` };
  }
  const missing = await store.put(bench.key("missing"), body, when, { signal });
  if (missing.kind !== "conflict") {
    return { ok: false, detail: `a PUT with If-Match where nothing is: ${missing.kind}` };
  }
  return { ok: true, detail: "PUTs with If-Match of an old ETag are refused" };
}

function race(bench: Bench, key: string, when: Precondition): Promise<PutResult[]> {
  return Promise.all(
    Array.from({ length: bench.racers }, (_, at) => {
      const body = new TextEncoder().encode(`racer ${at}`);
      return bench.store.put(key, body, when, { signal: bench.signal });
    }),
  );
}
