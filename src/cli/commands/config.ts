/** JSON: `{"store", "settings": {<name>: value}, "changed": [name]}`; the settings as they are in the bucket, defaults included. */
import { BlobForgeError } from "../../base/errors.ts";
import { changeConfig } from "../../queue/remote_config.ts";
import { remoteConfig } from "../../queue/settings.ts";
import { defineCommand } from "../command.ts";
import { safe } from "../text.ts";
import { nearest } from "../suggest.ts";

const MEANINGS: Readonly<Record<string, string>> = {
  max_retries: "retries before a job is dead",
  heartbeat_interval: "seconds between two heartbeats of a job",
  stale_timeout_minutes: "without heartbeat: taken over after this",
  conversion_timeout: "seconds that one conversion may take",
  retry_backoff: "seconds before the first retry, then doubled",
  retry_backoff_max: "longest pause before a retry, in seconds",
  converter_memory_mb: "memory of a converter; 0: no limit",
};

export const command = defineCommand({
  about: "Settings of the whole fleet. They stand in the store, so every worker follows them " +
    "within a minute.",
  examples: [
    ["blobforge config --show", "every setting and what it means"],
    ["blobforge config --set max_retries=5", "change one"],
    ["blobforge config --set heartbeat_interval=30 stale_timeout_minutes=5", "two at once"],
  ],
  setup: (command) =>
    command
      .option("--show", "show the settings (also without any option)")
      .option("--set <name=value...>", "change settings"),
  async run({ app: open, out }, { set = [] }) {
    const values = Object.fromEntries(set.map(parsePair));
    const app = await open();
    const settings = set.length === 0 ? await app.fleetConfig() : await changeConfig(app, values);
    const data = { store: app.store.url, settings, changed: Object.keys(values) };
    out.result(data, () => {
      out.heading("Settings", app.store.url);
      out.table(
        [{ title: "name" }, { title: "value", align: "right" }, { title: "meaning", flex: "end" }],
        Object.entries(settings).map(([name, value]) => [
          values[name] === undefined ? safe(name) : { text: safe(name), style: "green" },
          safe(typeof value === "object" ? JSON.stringify(value) : String(value)),
          { text: MEANINGS[name] ?? "", style: "dim" },
        ]),
      );
      if (set.length > 0) out.tip("Workers follow within a minute.");
    });
  },
});

/** `max_retries=5`; numbers and JSON are read as such. A setting that nobody knows is a typing error. */
function parsePair(text: string): [name: string, value: unknown] {
  const at = text.indexOf("=");
  if (at <= 0) {
    throw new BlobForgeError("usage", `"${text}" is not NAME=VALUE`, "As in --set max_retries=5");
  }
  const name = text.slice(0, at).trim();
  const known = Object.keys(remoteConfig.shape);
  if (!known.includes(name)) {
    const meant = nearest(name, known);
    throw new BlobForgeError(
      "usage",
      `There is no setting "${name}"`,
      meant ? `Did you mean ${meant}?` : `Settings are ${known.join(", ")}`,
    );
  }
  const value = text.slice(at + 1).trim();
  return [name, value === "" || Number.isNaN(Number(value)) ? value : Number(value)];
}
