/** The real parts: loaded when a command first needs one. */
import { systemClock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import type { Parts } from "./compose.ts";

export const systemParts: Parts = {
  clock: systemClock,
  random: systemRandom,
  async openStore(config, { clock, random }) {
    const { openStore } = await import("../store/open_store.ts");
    const { env, store: flag } = config;
    const { store, chosenBy } = await openStore({ store: flag, env, clock, random });
    return { store, byDefault: chosenBy === "default" };
  },
  async openConverter(name, options) {
    const { openConverter } = await import("../convert/open_converter.ts");
    const { selfCommand } = await import("../convert/self_command.ts");
    return await openConverter(name, { ...options, selfCommand: selfCommand() });
  },
};
