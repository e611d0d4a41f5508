/** What a person calls a job -> its hash. */
import { parsePdfHash, type PdfHash } from "../queue/job.ts";
import type { App } from "./compose.ts";

export function resolveJob(_app: App, word: string, _cwd: string): Promise<PdfHash> {
  return Promise.resolve(parsePdfHash(word));
}
