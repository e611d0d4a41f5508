import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { MemoryStore } from "../../../src/store/memory_store.ts";
import type { Body, Precondition, PutOptions } from "../../../src/store/object_store.ts";
import { onStage } from "./cli_stage.ts";

/** Breaks one promise, as some servers do. */
class Careless extends MemoryStore {
  puts = 0;

  constructor(private readonly ignores: "conditions" | "expiry" | "nothing") {
    super({ clock: systemClock, url: "s3://bucket/pdf/" });
  }

  override put(
    key: string,
    body: Uint8Array | Body,
    when: Precondition,
    options: PutOptions = {},
  ) {
    this.puts++;
    const { notAfter: _, ...rest } = options;
    return super.put(
      key,
      body,
      this.ignores === "conditions" ? { kind: "none" } : when,
      this.ignores === "expiry" ? rest : options,
    );
  }
}

for (const ignores of ["conditions", "expiry"] as const) {
  Deno.test(
    `a worker refuses a store that ignores ${ignores}, exit code 6`,
    onStage(async (stage) => {
      const said = await stage.run("worker", "--drain");
      assert.equal(said.code, 6);
      assert.match(said.stderr, /^error: Cannot work on s3:\/\/bucket\/pdf\/: .+\nhint: .*doctor/);
      assert.equal((await stage.run("doctor", "--no-convert")).code, 6);
    }, { store: new Careless(ignores), clock: systemClock }),
  );
}

Deno.test("what was found good is not asked again", async () => {
  const store = new Careless("nothing");
  await onStage(async (stage) => {
    assert.equal((await stage.run("worker", "--drain")).code, 0);
    const first = store.puts;
    assert.equal((await stage.run("worker", "--drain")).code, 0);
    assert.ok(store.puts - first < 5, `${store.puts - first} puts`);
  }, { store, clock: systemClock })();
});
