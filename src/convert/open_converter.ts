/** Name -> converter; the only place that knows all of them. */
import { BlobForgeError } from "../base/errors.ts";
import type { Converter } from "./converter.ts";
import { createLiteConverter, type LiteDeps } from "./lite_converter.ts";

export type ConverterDeps = LiteDeps;

/** What `openConverter` takes. */
export const CONVERTER_NAMES = ["auto", "lite"] as const;

/** `auto` is the best converter that works on this machine. A name that is none is a usage error. */
export function openConverter(name: string, deps: ConverterDeps): Promise<Converter> {
  if (name === "auto" || name === "lite") return Promise.resolve(createLiteConverter(deps));
  return Promise.reject(
    new BlobForgeError(
      "usage",
      `Cannot use converter "${name}": this version has no such converter`,
      `Use one of ${CONVERTER_NAMES.join(", ")}`,
    ),
  );
}
