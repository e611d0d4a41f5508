/** Git LFS for real: git-lfs, a clone of pointers, and a remote on this disk. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ingest } from "../../src/ingest/ingest.ts";
import { rawKey } from "../../src/queue/layout.ts";
import { interceptPuts } from "../support/intercepted_store.ts";
import {
  benchOn,
  hashOf,
  keysIn,
  memory,
  priority,
  withFolder,
  writeFiles,
} from "../unit/ingest/workbench.ts";

const FILES: Record<string, string> = {
  "plain.pdf": "%PDF-1.7 plain",
  "deep/er/p q.pdf": "%PDF-1.7 space",
  "a,b.pdf": "%PDF-1.7 comma",
  "axb.pdf": "%PDF-1.7 what a?b would match too",
  "x[1].pdf": "%PDF-1.7 bracket",
  "x1.pdf": "%PDF-1.7 what x[1] would match",
  "star*.pdf": "%PDF-1.7 star",
  "!bang #1 {a}.pdf": "%PDF-1.7 bang",
  "Größe.pdf": "%PDF-1.7 umlaut",
  "back\\slash.pdf": "%PDF-1.7 backslash",
  "again/plain.pdf": "%PDF-1.7 plain",
};

type Clone = { clone: string; remote: string; git(...args: string[]): Promise<string> };

/** A clone in which all PDFs are pointers. `work` may look at the folder of the remote's objects. */
async function withClone(work: (repository: Clone) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    const env = {
      GIT_CONFIG_GLOBAL: join(folder, "gitconfig"),
      GIT_CONFIG_SYSTEM: "/dev/null",
      GIT_LFS_SKIP_SMUDGE: "1",
    };
    const run = async (cwd: string, ...args: string[]) => {
      const result = await new Deno.Command("git", { args, cwd, env }).output();
      const text = new TextDecoder().decode(result.stdout);
      if (result.success) return text;
      throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(result.stderr)}`);
    };
    await Deno.writeTextFile(
      env.GIT_CONFIG_GLOBAL,
      "[user]\n\tname = t\n\temail = t@example.org\n",
    );
    await run(folder, "lfs", "install").catch((error) => {
      throw new Error(`this test needs git-lfs (apt-get install git-lfs): ${error.message}`);
    });
    const [remote, origin, clone] = [join(folder, "r.git"), join(folder, "o"), join(folder, "lib")];
    await run(folder, "init", "-q", "--bare", "-b", "main", remote);
    await run(folder, "init", "-q", "-b", "main", origin);
    await run(origin, "lfs", "track", "*.pdf");
    await writeFiles(origin, FILES);
    await run(origin, "add", "-A");
    await run(origin, "commit", "-qm", "all");
    await run(origin, "push", "-q", `file://${remote}`, "main");
    await run(folder, "clone", "-q", `file://${remote}`, clone);
    await work({ clone, remote, git: (...args) => run(clone, ...args) });
  });
}

async function objectsIn(repository: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (path: string): Promise<void> => {
    for await (const entry of Deno.readDir(path)) {
      const child = join(path, entry.name);
      if (entry.isDirectory) await walk(child);
      else if (/^[0-9a-f]{64}$/.test(entry.name)) found.push(child);
    }
  };
  await walk(join(repository, "lfs")).catch(() => {});
  return found;
}

/** Everything is as after the clone: pointers, a clean status, no objects. */
async function assertUntouched({ clone, git }: Clone): Promise<void> {
  for (const name of Object.keys(FILES)) {
    const text = await Deno.readTextFile(join(clone, name));
    assert.ok(text.startsWith("version https://git-lfs"), `${name} is a pointer`);
  }
  assert.equal(await git("status", "--porcelain"), "");
  assert.deepEqual(await objectsIn(join(clone, ".git")), []);
}

Deno.test("Git LFS: content is brought in for every name, and the clone is as it was", async () => {
  await withClone(async (repository) => {
    const { deps, store, manifest } = benchOn(memory());
    const report = await ingest(deps, { paths: [repository.clone], priority });
    assert.deepEqual(report.files.filter(({ reason }) => reason), []);
    assert.deepEqual([report.summary.queued, report.summary.duplicate], [10, 1]);
    for (const [name, text] of Object.entries(FILES)) {
      const stored = await store.get(rawKey(hashOf(text)));
      assert.equal(await new Response(stored!.body).text(), text, name);
    }
    assert.equal((await manifest.load()).size, 10);
    assert.equal((await manifest.find(hashOf("%PDF-1.7 comma")))?.size, 14);
    await assertUntouched(repository);
  });
});

Deno.test("Git LFS: nothing is fetched for known pointers, nor by a dry run", async () => {
  await withClone(async (repository) => {
    const { deps, store } = benchOn(memory());
    const options = { paths: [repository.clone], priority };
    const dry = await ingest(deps, { ...options, dryRun: true });
    assert.equal(dry.summary.wouldQueue, 10);
    await ingest(deps, options);
    await Deno.rename(repository.remote, `${repository.remote}-gone`);
    const before = store.snapshot().total;
    const again = await ingest(deps, options);
    assert.equal(again.summary.known, 11);
    assert.equal(store.snapshot().total, before + 1);
  });
});

Deno.test("Git LFS: an object that the remote lacks fails alone, with git-lfs's words", async () => {
  await withClone(async (repository) => {
    const hash = hashOf("%PDF-1.7 umlaut");
    const [object] = (await objectsIn(repository.remote)).filter((path) => path.endsWith(hash));
    await Deno.remove(object!);
    const { deps, manifest } = benchOn(memory());
    const report = await ingest(deps, { paths: [repository.clone], priority });
    const failed = report.files.filter(({ outcome }) => outcome === "failed");
    assert.deepEqual(failed.map(({ hash }) => hash), [hash]);
    assert.match(
      failed[0]?.reason ?? "",
      /^Git LFS cannot fetch its content: .*(missing|404|not found)/i,
    );
    assert.equal((await manifest.load()).size, 9);
    await assertUntouched(repository);
  });
});

Deno.test("Git LFS: without a remote every pointer fails with advice, and other PDFs go on", async () => {
  await withClone(async (repository) => {
    await Deno.remove(repository.remote, { recursive: true });
    await repository.git("config", "user.name", "t"); // the clone itself is fine
    await Deno.writeTextFile(join(repository.clone, "own.pdf"), "%PDF-1.7 own");
    const { deps } = benchOn(memory());
    const report = await ingest(deps, { paths: [repository.clone], priority });
    assert.deepEqual([report.summary.failed, report.summary.queued], [11, 1]);
    const failed = report.files.find(({ outcome }) => outcome === "failed");
    assert.match(failed?.reason ?? "", /^Git LFS cannot fetch its content: ./);
    assert.match(failed?.hint ?? "", /git lfs fetch/);
  });
});

Deno.test("Git LFS: a pointer outside of a repository fails with a reason", async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${
    "ab".repeat(32)
  }\nsize 9\n`;
  await withFolder({ "p.pdf": pointer, "own.pdf": "%PDF-1.7 own" }, async (folder) => {
    const report = await ingest(benchOn(memory()).deps, { paths: [folder], priority });
    assert.deepEqual(report.files.map(({ outcome }) => outcome), ["queued", "failed"]);
    assert.match(
      report.files[1]?.reason ?? "",
      /Git LFS pointer, and its repository cannot be used: .*not a git repository/,
    );
  });
});

Deno.test("Git LFS: a pointer that is not committed is brought in by its content", async () => {
  await withClone(async (repository) => {
    const pointer = await Deno.readTextFile(join(repository.clone, "plain.pdf"));
    await Deno.writeTextFile(join(repository.clone, "copy.pdf"), pointer);
    await Deno.remove(join(repository.clone, "plain.pdf"));
    const { deps } = benchOn(memory());
    const report = await ingest(deps, { paths: [join(repository.clone, "copy.pdf")], priority });
    assert.deepEqual(report.files.map(({ outcome }) => outcome), ["queued"]);
    assert.deepEqual(await objectsIn(join(repository.clone, ".git")), []);
  });
});

Deno.test("Git LFS: objects that were there before stay there", async () => {
  await withClone(async (repository) => {
    await repository.git("lfs", "fetch", "--include=/plain.pdf", "--exclude=");
    const before = await objectsIn(join(repository.clone, ".git"));
    assert.equal(before.length, 1);
    await ingest(benchOn(memory()).deps, { paths: [repository.clone], priority });
    assert.deepEqual(await objectsIn(join(repository.clone, ".git")), before);
  });
});

Deno.test("Git LFS: objects that another ingest takes away meanwhile are fetched again", async () => {
  await withClone(async (repository) => {
    const seen = new Set<string>();
    const meddled = interceptPuts(memory(), async (real, ...words) => {
      if (seen.has(words[0])) return await real(...words);
      seen.add(words[0]);
      for (const path of await objectsIn(join(repository.clone, ".git"))) await Deno.remove(path);
      return await real(...words);
    });
    const { deps } = benchOn(meddled);
    const report = await ingest(deps, { paths: [repository.clone], priority, concurrency: 1 });
    assert.deepEqual(report.files.filter(({ reason }) => reason), []);
    assert.equal(report.summary.queued, 10);
    await assertUntouched(repository);
  });
});

Deno.test("Git LFS: two ingests of one clone at once end with each file once, and no failure", async () => {
  await withClone(async (repository) => {
    const store = memory();
    const reports = await Promise.all(
      [1, 2].map((seed) =>
        ingest(benchOn(store, { seed }).deps, { paths: [repository.clone], priority })
      ),
    );
    assert.deepEqual(reports.flatMap(({ files }) => files).filter(({ reason }) => reason), []);
    assert.equal((await keysIn(store, "queue/todo/")).length, 10);
    await assertUntouched(repository);
  });
});

Deno.test("Git LFS: an interrupt leaves the clone as it was, and the next ingest ends the work", async () => {
  await withClone(async (repository) => {
    const { deps, store } = benchOn(memory());
    const control = new AbortController();
    const report = await ingest(deps, {
      paths: [repository.clone],
      priority,
      concurrency: 1,
      signal: control.signal,
      onProgress: ({ done }) => done === 4 && control.abort(new Error("stop")),
    });
    assert.equal(report.interrupted, true);
    await assertUntouched(repository);
    await ingest(deps, { paths: [repository.clone], priority });
    assert.equal((await keysIn(store, "queue/todo/")).length, 10);
    await assertUntouched(repository);
  });
});

Deno.test("Git LFS: a fetch that fails once is tried again", async () => {
  await withClone(async (repository) => {
    const once = join(repository.clone, "..", "failed-once");
    const script = `if [ "$2" = fetch ] && [ ! -e "${once}" ]; then touch "${once}"; exit 1; fi`;
    await withGit(repository, script, async () => {
      const report = await ingest(benchOn(memory()).deps, { paths: [repository.clone], priority });
      assert.equal(report.summary.failed, 0);
    });
    assert.ok(await Deno.stat(once));
    await assertUntouched(repository);
  });
});

Deno.test("Git LFS: without git-lfs the pointers fail with advice to install it", async () => {
  await withClone(async (repository) => {
    const script = 'if [ "$1" = lfs ]; then echo "git: lfs is not a git command" >&2; exit 1; fi';
    await withGit(repository, script, async () => {
      const report = await ingest(benchOn(memory()).deps, { paths: [repository.clone], priority });
      assert.equal(report.summary.failed, 11);
      assert.match(report.files[0]?.reason ?? "", /git-lfs is not installed/);
      assert.match(report.files[0]?.hint ?? "", /Install git-lfs/);
    });
  });
});

/** Puts a git first in the PATH that runs `script`, then the real one. */
async function withGit({ clone }: Clone, script: string, work: () => Promise<void>): Promise<void> {
  const path = Deno.env.get("PATH")!;
  const bin = join(clone, "..", "bin");
  await writeFiles(bin, { git: `#!/bin/sh\n${script}\nPATH="${path}" exec git "$@"\n` });
  await Deno.chmod(join(bin, "git"), 0o755);
  Deno.env.set("PATH", `${bin}:${path}`);
  try {
    await work();
  } finally {
    Deno.env.set("PATH", path);
  }
}
