/**
 * Does one thing with a big file, and prints its peak of memory in MB. Arguments:
 * `ingest PDF FOLDER`, `source HASH FOLDER` or `result ZIP FOLDER` (puts the zip as a
 * result and extracts it), then the store.
 */
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { fileBody } from "../../src/ingest/file_body.ts";
import { ingest } from "../../src/ingest/ingest.ts";
import { Results } from "../../src/library/get.ts";
import { hashFile } from "../../src/library/local_file.ts";
import { Manifest } from "../../src/library/manifest.ts";
import { fetchSource } from "../../src/library/source.ts";
import { parsePdfHash, type PdfHash } from "../../src/queue/job.ts";
import { outKey } from "../../src/queue/layout.ts";
import { Queue } from "../../src/queue/queue.ts";
import { DEFAULT_CONFIG, queueSettings } from "../../src/queue/settings.ts";
import { openStore } from "../../src/store/open_store.ts";

const HASH = "ab".repeat(32) as PdfHash;
const [verb, what, folder, address] = Deno.args as [string, string, string, string];
const parts = { clock: systemClock, random: systemRandom };
const { store } = await openStore({ ...parts, store: address, env: Deno.env.toObject() });
const base = { ...parts, store, log: silentLog };

const VERBS: Record<string, () => Promise<unknown>> = {
  async ingest() {
    const manifest = new Manifest(base);
    const settings = queueSettings(DEFAULT_CONFIG);
    const queue = new Queue({ ...base, worker: "test", settings });
    const deps = { ...base, manifest, queue, cacheDir: null };
    return (await ingest(deps, { paths: [what], priority: "3_normal" })).files[0];
  },
  source: () => fetchSource(store, parsePdfHash(what), `${folder}/back.pdf`),
  async result() {
    const { size, hash } = await hashFile(what);
    await store.put(outKey(HASH), fileBody(what, size, hash), { kind: "absent" });
    return await new Results(base).fetch(HASH, { folder: `${folder}/out` });
  },
};
const answer = await VERBS[verb]!();
await store.close();
const status = await Deno.readTextFile("/proc/self/status");
const peakMb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
console.log(JSON.stringify({ answer, peakMb }));
