/** Memory does not grow with the number of pages. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder, programChild } from "../support/program.ts";

const MB = 1e6;
const MANUAL = fileURLToPath(new URL("../../examples/manual.pdf", import.meta.url));
/** The kernel's own account of a process' peak is read from /proc. */
const ignore = Deno.build.os !== "linux";

type Env = Record<string, string>;

Deno.test({
  name: "the demo's manual converts with its host below 300 MB",
  ignore,
  async fn() {
    await inFolder(async (folder, env) => {
      const out = join(folder, "out");
      await Deno.mkdir(out);
      const { peak, stdout } = await converseWithHost(MANUAL, out, env);
      const done = stdout.split("\n").find((line) => line.includes('"done"'));
      assert.ok(done, stdout);
      assert.equal((JSON.parse(done) as { pages: number }).pages, 115);
      console.log(`peak of the host: ${Math.round(peak / MB)} MB`);
      assert.ok(peak < 300 * MB, `${peak} bytes`);
    });
  },
});

/** Asks a lite host for one conversion, as its supervisor does. */
async function converseWithHost(pdf: string, out: string, env: Env) {
  const child = programChild(["host", "lite"], env, "piped").spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  const request = JSON.stringify({ type: "convert", id: 1, pdf, out });
  await writer.write(new TextEncoder().encode(`${request}\n`));
  await writer.close();
  const peak = await watchPeak(child.pid, output);
  return { peak, stdout: new TextDecoder().decode((await output).stdout) };
}

/** Looks at the kernel's high-water mark of a process again and again until it has ended. */
async function watchPeak(pid: number, ended: Promise<unknown>): Promise<number> {
  let over = false;
  ended.finally(() => over = true).catch(() => {});
  let peak = 0;
  while (!over) {
    peak = Math.max(peak, highWaterMark(pid));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(peak > 0, "the process was seen");
  return peak;
}

function highWaterMark(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0; // it has ended
  }
}
