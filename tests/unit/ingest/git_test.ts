import assert from "node:assert/strict";
import { join } from "node:path";
import { git } from "../../../src/ingest/git.ts";
import { batches, patternOf } from "../../../src/ingest/lfs_batches.ts";
import { withFolder } from "./workbench.ts";

Deno.test("git() gives what was printed, or the line that tells why not", async () => {
  await withFolder({}, async (folder) => {
    const version = await git(["version"], { cwd: folder });
    assert.match(version.ok ? version.stdout : "", /^git version/);
    const failed = await git(["rev-parse", "--show-toplevel"], { cwd: folder });
    assert.match(failed.ok ? "" : failed.reason, /not a git repository/);
    const nowhere = await git(["version"], { cwd: join(folder, "gone") });
    assert.equal(nowhere.ok, false);
  });
});

Deno.test("git() ends the whole process group on abort", async () => {
  await withFolder({}, async (folder) => {
    const control = new AbortController();
    // an alias is run by a shell below git: it would outlive a git that is killed alone
    const script = `!echo $$ > "${folder}/pid"; sleep 1000`;
    const running = git(["-c", `alias.wait=${script}`, "wait"], {
      cwd: folder,
      signal: control.signal,
    });
    const pid = await appears(join(folder, "pid"));
    control.abort(new Error("stop"));
    await assert.rejects(running, /stop/);
    while (await isRunning(pid)); // it has been told to end: this waits until the kernel is done
    await assert.rejects(git(["version"], { cwd: folder, signal: control.signal }), /stop/);
  });
});

Deno.test("batches() are bounded in files, bytes and names, and lose none", () => {
  const gigabyte = 1024 ** 3;
  const files = Array.from({ length: 200 }, (_, at) => ({ path: `${at}`, size: 1 }));
  const bySize = [
    ...batches([...files, { path: "big", size: 3 * gigabyte }, { path: "x", size: 1 }]),
  ];
  assert.deepEqual(bySize.map((batch) => batch.length), [64, 64, 64, 8, 1, 1]);
  const long = Array.from({ length: 9 }, () => ({ path: "x".repeat(10_000), size: 1 }));
  assert.deepEqual([...batches(long)].map((batch) => batch.length), [3, 3, 3]);
  assert.deepEqual([...batches([])], []);
});

Deno.test("patternOf() escapes wildcards, and gives none where no pattern can name the file", async () => {
  await withFolder({ "a/x.pdf": "" }, async (folder) => {
    await Deno.symlink(join(folder, "a"), join(folder, "link"));
    const of = (name: string) => patternOf(folder, join(folder, name));
    assert.equal(of("a/x.pdf"), "/a/x.pdf");
    assert.equal(of("link/x.pdf"), "/a/x.pdf");
    assert.equal(of("a/[1]*?\\.pdf"), "/a/\\[1\\]\\*\\?\\\\.pdf");
    assert.equal(of("a/x,y.pdf"), null);
    assert.equal(of("a/x\ny.pdf"), null);
    assert.equal(of("../outside.pdf"), null);
  });
});

/** The file's text as soon as there is one. */
async function appears(path: string): Promise<string> {
  while (true) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.endsWith("\n")) return text.trim();
  }
}

async function isRunning(pid: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", pid] }).output();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout).trim()); // a zombie only waits for its parent
}
