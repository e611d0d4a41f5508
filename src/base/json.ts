/** JSON of others, read with suspicion. */

export type JsonObject = Record<string, unknown>;

/** The object that this text (or its UTF-8 bytes) is; null for anything else. */
export function parseJsonObject(text: string | Uint8Array): JsonObject | null {
  try {
    const value: unknown = JSON.parse(
      typeof text === "string" ? text : new TextDecoder().decode(text),
    );
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as JsonObject : null;
  } catch {
    return null;
  }
}
