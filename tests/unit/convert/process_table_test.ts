import assert from "node:assert/strict";
import {
  groupUsage,
  parsePs,
  parseStat,
  usageFromProc,
  usageFromPs,
} from "../../../src/convert/process_table.ts";

Deno.test("parseStat() is not misled by a process's name", () => {
  assert.deepEqual(parseStat("12 (a) b (c) Z 1 77 5 0"), { group: 77, zombie: true });
  assert.deepEqual(parseStat("12 (cat) S 1 77 5 0"), { group: 77, zombie: false });
  assert.equal(parseStat(""), null);
});

Deno.test("parsePs() sums what a group holds, without its dead", () => {
  const output = "    7 Ss     100\n    7 R+      20\n    7 Z        0\n   77 S    5000\n";
  assert.deepEqual(parsePs(output, 7), { processes: 2, residentBytes: 120 * 1024 });
});

Deno.test("/proc and ps agree on a group that is there, and on one that has gone", async () => {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", "sleep 1000 & echo started; wait"],
    detached: true,
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const seen = [await usageFromPs(child.pid), await groupUsage(child.pid)];
  if (Deno.build.os === "linux") seen.push(usageFromProc(child.pid));
  Deno.kill(-child.pid, "SIGKILL");
  await child.status;
  await reader.cancel();
  for (const { processes, residentBytes } of seen) {
    assert.equal(processes, 2);
    assert(residentBytes > 100_000 && residentBytes < 50_000_000, String(residentBytes));
  }
});
