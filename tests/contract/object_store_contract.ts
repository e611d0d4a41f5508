/**
 * Every promise of src/store/object_store.ts as tests. A new backend or
 * decorator adds one call; a found bug adds one case here, for all of them.
 */
import type { ObjectStore } from "../../src/store/object_store.ts";
import { listContract } from "./list_contract.ts";
import { readContract } from "./read_contract.ts";
import { writeContract } from "./write_contract.ts";
import { expiryContract } from "./expiry_contract.ts";

/** A fresh, empty store. `dispose` closes it and removes what it left. */
export type StoreUnderTest = { store: ObjectStore; dispose(): Promise<void> };
export type MakeStore = () => Promise<StoreUnderTest>;
export type Case = (claim: string, run: (store: ObjectStore) => Promise<void>) => void;

/** Declares one `Deno.test` for each promise; each gets a store of its own from `makeStore`. */
export function objectStoreContract(name: string, makeStore: MakeStore): void {
  const test: Case = (claim, run) => {
    Deno.test(`${name} store ${claim}`, async () => {
      const { store, dispose } = await makeStore();
      try {
        await run(store);
      } finally {
        await dispose();
      }
    });
  };
  writeContract(test);
  readContract(test);
  listContract(test);
  expiryContract(test);
}
