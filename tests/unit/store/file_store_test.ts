import { systemClock } from "../../../src/base/clock.ts";
import { FileStore } from "../../../src/store/file_store.ts";
import { objectStoreContract } from "../../contract/object_store_contract.ts";

objectStoreContract("file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-store-" });
  const store = await FileStore.open(folder, { clock: systemClock });
  return { store, dispose: () => Deno.remove(folder, { recursive: true }) };
});
