/** One verb for several jobs: each is tried, what failed is told beside what worked. */
import type { PdfHash } from "../queue/job.ts";
import type { Context } from "./command.ts";
import { cacheFolder } from "./folders.ts";
import { errorJson } from "./output.ts";
import { mustBeTrusted } from "./trusted_store.ts";
import { shortHash } from "./values.ts";
import { BlobForgeError, ERROR_TABLE } from "../base/errors.ts";
import { StoreError } from "../store/store_error.ts";

export type Done = {
  /** One word for scripts: `queued`, `cancelled`, `removed`, ... */
  outcome: string;
  /** For people, after the hash: `is back in the queue (2_high)`. */
  text: string;
} & Record<string, unknown>;

/**
 * JSON: `{<list>: [{"hash", "outcome", ...} | {"given", "hash"?, "error": {code, message, hint?}}]}`.
 * The exit code is 3 when some of several failed; the one job of a call fails with its own code.
 * A store that is away ends it at once.
 */
export async function eachJob(
  context: Context,
  given: readonly (string | PdfHash)[],
  act: (hash: PdfHash) => Promise<Done>,
  list = "jobs",
): Promise<number> {
  const { out } = context;
  const app = await context.app();
  await mustBeTrusted(app, cacheFolder(context.config.env));
  const jobs: Record<string, unknown>[] = [];
  let failures = 0;
  for (const word of given) {
    try {
      const hash = await app.resolve(word);
      const { text, ...done } = await act(hash);
      jobs.push({ hash, ...done });
      if (!out.isJson) out.line(`${out.paint("bold", shortHash(hash))} ${text}`);
    } catch (error) {
      if (given.length === 1 || error instanceof StoreError) throw error;
      if (!(error instanceof BlobForgeError)) throw error;
      failures++;
      jobs.push({ given: word, error: errorJson(error) });
      if (!out.isJson) out.warn(error.message, error.hint);
    }
  }
  if (out.isJson) out.document({ [list]: jobs });
  return failures > 0 ? ERROR_TABLE.partial.exit : 0;
}
