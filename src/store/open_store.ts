/** A store's address -> the store. The only place that knows all of them. */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../base/clock.ts";
import { BlobForgeError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { MeteredStore, type RequestCounts } from "./metered_store.ts";
import type { ObjectStore } from "./object_store.ts";
import { RetryingStore } from "./retrying_store.ts";
import { type Env, hasS3Settings, readS3Settings } from "./s3_settings.ts";

export type OpenStoreOptions = {
  /** `--store`; goes before `BLOBFORGE_STORE` in `env`. */
  store?: string;
  env: Env;
  clock: Clock;
  random: Random;
  /** The operating system, for the user's data folder. Default: this one. */
  os?: typeof Deno.build.os;
};

export type OpenedStore = {
  /** Retries, and is counted. Whoever opened it closes it. */
  store: ObjectStore;
  kind: StoreKind;
  /** Why it is this one: `--store`, `BLOBFORGE_STORE`, `BLOBFORGE_S3_*`, or `default`. */
  chosenBy: ChosenBy;
  /** Requests since it was opened, each attempt of a retry counted. */
  requests(): RequestCounts;
};

export type StoreKind = "s3" | "file" | "memory";
export type ChosenBy = "--store" | "BLOBFORGE_STORE" | "BLOBFORGE_S3_*" | "default";

/** Which store is meant. A plain path is a folder. */
export type StoreChoice = { kind: StoreKind; address: string; chosenBy: ChosenBy };

/** Opens the store that was asked for; with none given S3 if it is set up, else the user's data folder. */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const { clock, random } = options;
  const { kind, address, chosenBy } = chooseStore(options);
  const metered = new MeteredStore(await openBare(kind, address, options));
  const store = new RetryingStore(metered, { clock, random });
  return { store, kind, chosenBy, requests: () => metered.snapshot() };
}

/** Decides without opening anything. Throws a usage error for what is no store's address. */
export function chooseStore(options: Pick<OpenStoreOptions, "store" | "env" | "os">): StoreChoice {
  const { store, env } = options;
  if (store) return { ...readAddress(store), chosenBy: "--store" };
  if (env.BLOBFORGE_STORE) {
    return { ...readAddress(env.BLOBFORGE_STORE), chosenBy: "BLOBFORGE_STORE" };
  }
  if (hasS3Settings(env)) return { kind: "s3", address: "", chosenBy: "BLOBFORGE_S3_*" };
  const address = dataFolder(env, options.os ?? Deno.build.os);
  return { kind: "file", address, chosenBy: "default" };
}

async function openBare(
  kind: StoreKind,
  address: string,
  { env, clock }: OpenStoreOptions,
): Promise<ObjectStore> {
  switch (kind) {
    case "s3": {
      const settings = readS3Settings(env, address || undefined);
      // The AWS SDK takes most of the start-up time: it is loaded when it is needed.
      const { S3Store } = await import("./s3_store.ts");
      return new S3Store({ settings, clock });
    }
    case "file": {
      const { FileStore } = await import("./file_store.ts");
      return await FileStore.open(address, { clock });
    }
    case "memory": {
      const { MemoryStore } = await import("./memory_store.ts");
      return new MemoryStore({ clock });
    }
  }
}

function readAddress(text: string): { kind: StoreKind; address: string } {
  if (text.startsWith("s3://")) return { kind: "s3", address: text };
  if (text === "memory:" || text === "memory://") return { kind: "memory", address: "" };
  if (text.startsWith("file:")) return { kind: "file", address: pathOfUrl(text) };
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) throw noStore(text);
  return { kind: "file", address: resolve(text) };
}

function pathOfUrl(text: string): string {
  try {
    return fileURLToPath(text);
  } catch {
    throw noStore(text);
  }
}

function noStore(text: string): BlobForgeError {
  return new BlobForgeError(
    "usage",
    `"${text.replace(/\/\/[^/@]*@/, "//…@")}" is not a store`,
    "Use s3://bucket/prefix, file:///folder, a path, or memory:",
  );
}

function dataFolder(env: Env, os: typeof Deno.build.os): string {
  const home = env.HOME ?? env.USERPROFILE;
  const base = os === "windows"
    ? env.LOCALAPPDATA ?? (home && join(home, "AppData", "Local"))
    : os === "darwin"
    ? home && join(home, "Library", "Application Support")
    : env.XDG_DATA_HOME || (home && join(home, ".local", "share"));
  if (base) return join(base, "blobforge", "store");
  throw new BlobForgeError(
    "usage",
    "There is no home folder to keep a store in",
    "Say where it is to be: --store PATH or BLOBFORGE_STORE",
  );
}
