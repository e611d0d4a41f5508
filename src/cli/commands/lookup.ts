/** JSON: `{"matches": [{hash, name, paths, tags, size, source, ingested_at}]}`; nothing found is the error `not-found`. */
import { BlobForgeError } from "../../base/errors.ts";
import { hashOfLocalFile } from "../../library/local_file.ts";
import type { Found } from "../../library/search.ts";
import { defineCommand } from "../command.ts";
import type { App } from "../compose.ts";
import { foundJson, showFound } from "../found_view.ts";
import { safe } from "../text.ts";
import { bytes, shortHash } from "../values.ts";

export const command = defineCommand({
  about:
    "Looks up one file in the manifest: the paths of a hash, or the hash of a path. A path may " +
    "be one of the library or a file here, which is found by its content.",
  examples: [
    ["blobforge lookup --path papers/attention.pdf", "the hash of a path"],
    ["blobforge lookup --hash 3f5a9c", "where a PDF came from"],
  ],
  setup: (command) =>
    command
      .option("--hash <hash>", "a hash, or its first digits")
      .option("--path <path>", "a path in the library, or a file here"),
  async run({ app: open, out }, { hash, path }) {
    if ((hash === undefined) === (path === undefined)) {
      throw new BlobForgeError(
        "usage",
        "Say what to look up",
        "Use one of --hash HASH and --path PATH",
      );
    }
    const app = await open();
    const found = hash === undefined ? await byPath(app, path!) : await app.search.lookupHash(hash);
    if (found.length === 0) {
      throw new BlobForgeError(
        "not-found",
        `Cannot find ${
          hash === undefined ? `the path "${path}"` : `the hash "${hash}"`
        } in the manifest`,
        "Run `blobforge search WORDS`, or `blobforge ingest` to add it",
      );
    }
    out.result({ matches: found.map(foundJson) }, () => {
      const [only] = found;
      if (found.length > 1 || only === undefined) return showFound(out, found);
      const { entry } = only;
      out.heading(safe(entry.paths[0]?.split("/").at(-1) ?? shortHash(only.hash)));
      out.fields([
        ["hash", only.hash],
        ["size", bytes(entry.size)],
        ["tags", safe(entry.tags.join(", "))],
        ["ingested", safe(entry.ingested_at)],
        ["source", safe(entry.source)],
        ...entry.paths.map((one): [string, string] => ["path", safe(one)]),
      ]);
    });
  },
});

/** As it stands in the library; else by the content of the file here; else by its name. */
async function byPath(app: App, path: string): Promise<Found[]> {
  const exact = await app.search.lookupExactPath(path);
  if (exact.length > 0) return exact;
  const local = await hashOfLocalFile(path);
  const byContent = local === null ? [] : await app.search.lookupHash(local);
  return byContent.length > 0 ? byContent : await app.search.lookupPath(path);
}
