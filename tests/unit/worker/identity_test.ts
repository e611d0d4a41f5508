import assert from "node:assert/strict";
import { takeIdentity } from "../../../src/worker/identity.ts";

function inFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "blobforge-test-" });
  try {
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("two workers of one machine have two ids, and a restart has the old one", () =>
  inFolder((folder) => {
    const first = takeIdentity(folder, undefined);
    const second = takeIdentity(folder, undefined);
    assert.notEqual(first.id, second.id);
    assert.notEqual(first.folder, second.folder);
    first.release();
    const again = takeIdentity(folder, undefined);
    assert.equal(again.id, first.id);
    again.release();
    second.release();
  }));

Deno.test("a slot is free again when its process was killed", () =>
  inFolder((folder) => {
    const url = new URL("../../../src/worker/identity.ts", import.meta.url);
    const script = `
      import { takeIdentity } from ${JSON.stringify(url.href)};
      console.log(takeIdentity(${JSON.stringify(folder)}, undefined).id);
      Deno.kill(Deno.pid, "SIGKILL");
    `;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--ext=ts", script],
      stdout: "piped",
      stderr: "null",
    }).outputSync();
    const mine = takeIdentity(folder, undefined);
    assert.equal(new TextDecoder().decode(child.stdout).trim(), mine.id);
    mine.release();
  }));

Deno.test("an id of one's own is taken, the original program's kind is refused", () =>
  inFolder((folder) => {
    const named = takeIdentity(folder, "gpu-1");
    assert.equal(named.id, "gpu-1");
    named.release();
    assert.throws(() => takeIdentity(folder, "0123456789ab"), { code: "usage" });
    assert.throws(() => takeIdentity(folder, "a/b"), { code: "usage" });
  }));

Deno.test("an id is never like the original program's, which deletes leases with its own", () =>
  inFolder((folder) => {
    const identity = takeIdentity(folder, undefined);
    assert.match(identity.id, /^bf-[0-9a-f]{10}-0$/);
    identity.release();
  }));
