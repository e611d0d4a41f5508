import type { ObjectStore } from "../../src/store/object_store.ts";

/** The store with its puts in the test's hands: `put` gets the real one to call, or not. */
export function interceptPuts(
  store: ObjectStore,
  put: (
    real: ObjectStore["put"],
    ...words: Parameters<ObjectStore["put"]>
  ) => ReturnType<ObjectStore["put"]>,
): ObjectStore {
  const real = store.put.bind(store);
  return new Proxy(store, {
    get(target, name) {
      if (name === "put") {
        return (...words: Parameters<ObjectStore["put"]>) => put(real, ...words);
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
