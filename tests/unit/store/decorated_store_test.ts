import { systemClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import { MeteredStore } from "../../../src/store/metered_store.ts";
import { RetryingStore } from "../../../src/store/retrying_store.ts";
import { objectStoreContract } from "../../contract/object_store_contract.ts";

objectStoreContract("metered", () => {
  const store = new MeteredStore(new MemoryStore({ clock: systemClock }));
  return Promise.resolve({ store, dispose: () => store.close() });
});

objectStoreContract("retrying", () => {
  const inner = new MemoryStore({ clock: systemClock });
  const store = new RetryingStore(inner, { clock: systemClock, random: seededRandom(1) });
  return Promise.resolve({ store, dispose: () => store.close() });
});
