/**
 * JSON: `{"entries", "paths", "size", "tags": [{tag, count}], "sources": [{source, count}],
 * "updated_at"}`; tags and sources the commonest first.
 */
import { defineCommand } from "../command.ts";
import { safe } from "../text.ts";
import { bytes, count } from "../values.ts";

const TOP = 10;

export const command = defineCommand({
  about: "Numbers about the library: how many PDFs, how large, from where; with -v the tags.",
  examples: [
    ["blobforge manifest", "PDFs, paths, size"],
    ["blobforge manifest -v", "with the commonest tags"],
  ],
  setup: (command) => command,
  async run({ app: open, config, out }) {
    const app = await open();
    const [catalogue, { root }] = await Promise.all([app.manifest.load(), app.manifest.readRoot()]);
    const tags = new Map<string, number>();
    const sources = new Map<string, number>();
    let size = 0;
    let paths = 0;
    for (const [, entry] of catalogue.entries()) {
      size += entry.size;
      paths += entry.paths.length;
      for (const tag of entry.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
      sources.set(entry.source, (sources.get(entry.source) ?? 0) + 1);
    }
    const updatedAt = root.json.updated_at;
    const data = {
      entries: catalogue.size,
      paths,
      size,
      tags: ranked(tags).map(([tag, number]) => ({ tag, count: number })),
      sources: ranked(sources).map(([source, number]) => ({ source, count: number })),
      updated_at: typeof updatedAt === "string" ? updatedAt : null,
    };
    out.result(data, () => {
      if (data.entries === 0) {
        out.line("The library is empty.");
        return out.tip("Run `blobforge ingest FOLDER` to add PDFs.");
      }
      out.heading("Library", app.store.url);
      out.fields([
        ["PDFs", count(data.entries)],
        ["paths", count(paths)],
        ["size", bytes(size)],
        ["tags", count(tags.size)],
        ["updated", data.updated_at ?? undefined],
      ]);
      if (!config.verbose) return;
      for (const [title, list] of [["tag", tags], ["source", sources]] as const) {
        if (list.size === 0) continue;
        out.line();
        const rows = ranked(list).slice(0, TOP).map((
          [name, number],
        ) => [count(number), safe(name)]);
        out.table([{ title: "PDFs", align: "right" }, { title, flex: "middle" }], rows, "  ");
      }
    });
  },
});

function ranked(numbers: ReadonlyMap<string, number>): [string, number][] {
  return [...numbers].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
