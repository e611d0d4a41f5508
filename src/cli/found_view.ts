/** Files of the library as `search` and `lookup` show them. */
import type { Found } from "../library/search.ts";
import { nameOf } from "./job_view.ts";
import type { Output } from "./output.ts";
import { safe } from "./text.ts";
import { bytes, shortHash } from "./values.ts";

export function foundJson({ hash, entry }: Found) {
  const { paths, tags, size, source, ingested_at } = entry;
  return { hash, name: nameOf(paths), paths, tags, size, source, ingested_at };
}

export function showFound(out: Output, found: readonly Found[]): void {
  out.table(
    [
      { title: "hash" },
      { title: "size", align: "right" },
      { title: "path", flex: "middle" },
      { title: "tags", flex: "end" },
    ],
    found.map(({ hash, entry }) => {
      const more = entry.paths.length > 1 ? ` (+${entry.paths.length - 1})` : "";
      const path = safe(entry.paths[0] ?? "-") + more;
      return [shortHash(hash), bytes(entry.size), path, {
        text: safe(entry.tags.join(" ")),
        style: "dim",
      }];
    }),
  );
}
