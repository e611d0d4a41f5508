import assert from "node:assert/strict";
import type { Clock } from "../../../src/base/clock.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { BlobForgeError } from "../../../src/base/errors.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { changeJson, readJson } from "../../../src/store/json_register.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import type { ObjectStore } from "../../../src/store/object_store.ts";
import { read, write } from "../../contract/steps.ts";
import { atRequest, FaultyStore } from "../../support/faulty_store.ts";

const instant: Clock = { ...systemClock, sleep: () => Promise.resolve() };
const deps = (store: ObjectStore) => ({ store, clock: instant, random: seededRandom(1) });
const memory = () => new MemoryStore({ clock: instant });
const add = (name: string) => (json: Record<string, unknown>) => ({ ...json, [name]: true });

Deno.test("changeJson() loses no change of 20 writers at once", async () => {
  const store = memory();
  const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
  await Promise.all(names.map((name) => changeJson(deps(store), "r.json", add(name))));
  assert.deepEqual(Object.keys((await readJson(store, "r.json"))!.json).sort(), names.sort());
});

Deno.test("changeJson() keeps fields that it does not know", async () => {
  const store = memory();
  await write(store, "r.json", '{"version":1,"of_old_code":{"a":[1]}}');
  await changeJson(deps(store), "r.json", (json) => ({ ...json, version: 2 }));
  assert.equal(await read(store, "r.json"), '{"version":2,"of_old_code":{"a":[1]}}');
});

Deno.test("changeJson() writes nothing when there is nothing to do", async () => {
  const store = new FaultyStore(memory(), () => null);
  assert.equal(await changeJson(deps(store), "r.json", () => null), null);
  assert.deepEqual(store.requests.map((request) => request.operation), ["get"]);
});

Deno.test("changeJson() reads back after a lost answer, and changes only once", async () => {
  const inner = memory();
  const store = new FaultyStore(inner, atRequest({ 2: { kind: "lose-reply" } }));
  const count = (json: Record<string, unknown>) => ({ n: Number(json.n ?? 0) + 1 });
  assert.deepEqual(await changeJson(deps(store), "r.json", count), { n: 1 });
  assert.equal(await read(inner, "r.json"), '{"n":1}');
});

Deno.test("changeJson() writes again when its write was lost", async () => {
  const inner = memory();
  const store = new FaultyStore(inner, atRequest({ 2: { kind: "lose-request" } }));
  await changeJson(deps(store), "r.json", add("a"));
  assert.equal(await read(inner, "r.json"), '{"a":true}');
});

Deno.test("changeJson() never overwrites what is no JSON object, and names the key", async () => {
  for (const text of ["{broken", "[1]", "null", '"x"']) {
    const store = memory();
    await write(store, "registry/r.json", text);
    await assert.rejects(
      changeJson(deps(store), "registry/r.json", add("a")),
      (error) => error instanceof BlobForgeError && /registry\/r\.json/.test(error.message),
    );
    assert.equal(await read(store, "registry/r.json"), text);
  }
});

Deno.test("changeJson() gives up with advice when others always come first", async () => {
  const inner = memory();
  let n = 0;
  const store = new FaultyStore(inner, () => null);
  const rival: ObjectStore["put"] = async (key, body, when, options) => {
    await write(inner, key, JSON.stringify({ n: n++ }));
    return await FaultyStore.prototype.put.call(store, key, body, when, options);
  };
  store.put = rival;
  await assert.rejects(changeJson(deps(store), "r.json", add("a")), /others changed it/);
});
