import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { BlobForgeError } from "../../../src/base/errors.ts";
import { silentLog } from "../../../src/base/log.ts";
import { HostConverter } from "../../../src/convert/host.ts";
import { openConverter } from "../../../src/convert/open_converter.ts";
import { selfCommand } from "../../../src/convert/self_command.ts";

const DEPS = { selfCommand: ["/bin/bf"], clock: systemClock, log: silentLog, memoryLimitBytes: 7 };

for (const name of ["lite", "auto"]) {
  Deno.test(`${name} is this program as its own host`, async () => {
    const converter = await openConverter(name, DEPS);
    assert(converter instanceof HostConverter);
    assert.equal(converter.name, "lite");
    assert.deepEqual(converter.options.command, ["/bin/bf", "host", "lite"]);
    assert.equal(converter.options.memoryLimitBytes, 7);
    await converter.close();
  });
}

for (const name of ["marker", "command:docling {input}", "", "Lite"]) {
  Deno.test(`a converter that does not exist is a usage error that names those that do: "${name}"`, async () => {
    const error = await openConverter(name, DEPS).then(() => null, (error) => error);
    assert(error instanceof BlobForgeError);
    assert.equal(error.code, "usage");
    assert(error.message.includes(`"${name}"`));
    assert.match(error.hint!, /auto, lite/);
  });
}

Deno.test("selfCommand() starts a binary by itself, and sources by Deno", () => {
  const execPath = "/usr/bin/deno";
  const start = { execPath, mainModule: "file:///a%20b/main.ts", standalone: false };
  assert.deepEqual(selfCommand({ ...start, standalone: true }), [execPath]);
  assert.deepEqual(selfCommand(start), [execPath, "run", "--quiet", "-A", "/a b/main.ts"]);
  assert.equal(
    selfCommand({ ...start, mainModule: "https://x/main.ts" }).at(-1),
    "https://x/main.ts",
  );
  assert.equal(selfCommand()[0], Deno.execPath());
});
