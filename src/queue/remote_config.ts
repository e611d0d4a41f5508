/** `registry/config.json`: settings of the whole fleet, changed by compare-and-swap. */
import type { Log } from "../base/log.ts";
import { changeJson, type RegisterDeps } from "../store/json_register.ts";
import type { ObjectStore } from "../store/object_store.ts";
import { readBytes } from "../store/read_all.ts";
import { CONFIG } from "./layout.ts";
import { readLenient } from "./lenient.ts";
import { checkConfig, DEFAULT_CONFIG, type RemoteConfig, remoteConfig } from "./settings.ts";

/** What is set, with defaults for the rest. Values that cannot be used are reported and read as their defaults. */
export async function readConfig(store: ObjectStore, log: Log): Promise<RemoteConfig> {
  const stored = await store.get(CONFIG);
  if (stored === null) return DEFAULT_CONFIG;
  const { value, problem } = readLenient(remoteConfig, await readBytes(stored.body));
  if (problem) log.warn("bad config", { key: CONFIG, problem: `${problem}; defaults are used` });
  return value;
}

/** Changes some settings; the rest, and fields that we do not know, stay. Refuses what would break leases. */
export async function changeConfig(
  deps: RegisterDeps,
  values: Record<string, unknown>,
): Promise<RemoteConfig> {
  const written = await changeJson(deps, CONFIG, (current) => {
    const merged = { ...current, ...values };
    checkConfig(merged);
    return merged;
  });
  return checkConfig(written ?? {});
}
