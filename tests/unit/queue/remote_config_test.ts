import assert from "node:assert/strict";
import { silentLog } from "../../../src/base/log.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { CONFIG } from "../../../src/queue/layout.ts";
import { changeConfig, readConfig } from "../../../src/queue/remote_config.ts";
import { DEFAULT_CONFIG } from "../../../src/queue/settings.ts";
import { createWorld, type World } from "../../support/sim_world.ts";

const change = (world: World, values: Record<string, unknown>) =>
  changeConfig({ store: world.store, clock: world.clock, random: seededRandom(1) }, values);

Deno.test("no configuration, and one that is no JSON object, are the defaults", async () => {
  const world = createWorld();
  assert.deepEqual(await readConfig(world.store, silentLog), DEFAULT_CONFIG);
  await world.store.inner.put(CONFIG, new TextEncoder().encode("[1"), { kind: "none" });
  assert.deepEqual(await readConfig(world.store, silentLog), DEFAULT_CONFIG);
});

Deno.test("a value that cannot be used is its default, reported; the others count", async () => {
  const world = createWorld();
  await world.put(CONFIG, { max_retries: "many", conversion_timeout: 60, theirs: 1 });
  const warned: unknown[] = [];
  const log = { ...silentLog, warn: (_: string, fields?: object) => void warned.push(fields) };
  const config = await readConfig(world.store, log);
  assert.deepEqual([config.max_retries, config.conversion_timeout, config.theirs], [3, 60, 1]);
  assert.match(JSON.stringify(warned), /bad max_retries/);
});

Deno.test("a change keeps the rest, fields of other programs too, and refuses what breaks leases", async () => {
  const world = createWorld();
  await world.put(CONFIG, { conversion_timeout: 60, theirs: 1 });
  const config = await change(world, { max_retries: 5 });
  assert.equal(config.max_retries, 5);
  const stored = (await world.read(CONFIG))!;
  assert.deepEqual([stored.conversion_timeout, stored.theirs, stored.max_retries], [60, 1, 5]);
  await assert.rejects(change(world, { heartbeat_interval: 600 }), /it may be at most/);
  assert.deepEqual(await world.read(CONFIG), stored);
});
