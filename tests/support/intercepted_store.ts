import type { ObjectStore } from "../../src/store/object_store.ts";

type Verb = "get" | "head" | "put" | "delete" | "list";

/** For each verb that the test takes over: it gets the real one to call, or not. */
export type Own = {
  [V in Verb]?: (
    real: ObjectStore[V],
    ...words: Parameters<ObjectStore[V]>
  ) => ReturnType<ObjectStore[V]>;
};

/** The store with some of its verbs in the test's hands. */
export function intercept(store: ObjectStore, own: Own): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const real = value.bind(target);
      const ours = own[name as Verb] as ((...words: unknown[]) => unknown) | undefined;
      return ours ? (...words: unknown[]) => ours(real, ...words) : real;
    },
  });
}

/** The store with its puts in the test's hands: `put` gets the real one to call, or not. */
export function interceptPuts(store: ObjectStore, put: NonNullable<Own["put"]>): ObjectStore {
  return intercept(store, { put });
}
