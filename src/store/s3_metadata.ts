/** Object metadata as S3 takes it: ASCII only, so every value is percent-encoded, as the original does. */

/** Like Python's `urllib.parse.quote(value, safe="")`: all but letters, digits and `_.-~`. */
export function encodeMetadata(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Reads encoded and plain values alike: what is no encoding of anything stays as it is. */
export function decodeMetadata(value: string): string {
  return value.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

export function mapValues(
  metadata: Record<string, string> | undefined,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, change(value)]),
  );
}
