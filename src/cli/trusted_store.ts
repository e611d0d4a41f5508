/** On a store that does not keep its promises work would be lost: it is asked before anything is changed. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BlobForgeError } from "../base/errors.ts";
import { probeStore } from "../store/probe.ts";
import { sha256Hex } from "../store/verified_body.ts";
import type { App } from "./compose.ts";

/** A provider changes rarely. */
const TRUSTED_MS = 7 * 24 * 3_600_000;

/**
 * Throws `store-unsupported` when an S3 store lacks conditional or expiring writes. What was found
 * good is remembered in the cache folder, so that it is asked once a week. Other stores are ours.
 */
export async function mustBeTrusted(
  app: App,
  cacheDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const { url } = app.store;
  if (!url.startsWith("s3:")) return;
  const place = `${url} ${app.storeEndpoint}`;
  const id = sha256Hex(new TextEncoder().encode(place)).slice(0, 16);
  const file = join(cacheDir, `store-${id}.json`);
  if (app.clock.now() - probedAt(file) < TRUSTED_MS) return;
  const findings = await probeStore(app.store, {
    random: app.random,
    racers: 4,
    rounds: 1,
    ...(signal ? { signal } : {}),
  });
  const missing = findings.filter(({ required, ok }) => required && !ok);
  if (missing.length > 0) {
    throw new BlobForgeError(
      "store-unsupported",
      `Cannot work on ${url}: ${missing.map(({ detail }) => detail).join("; ")}`,
      "Run `blobforge doctor` to see all of it, and use a store that honours it",
    );
  }
  remember(file, app.clock.now());
}

function probedAt(file: string): number {
  try {
    const { at } = JSON.parse(readFileSync(file, "utf8")) as { at?: unknown };
    return typeof at === "number" ? at : 0;
  } catch {
    return 0;
  }
}

/** Where nothing can be written it is asked again the next time. */
function remember(file: string, at: number): void {
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, JSON.stringify({ at }));
  } catch {
    // see above
  }
}
