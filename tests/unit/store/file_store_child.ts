/** A process of its own for file_store_processes_test.ts: `create`, `swap`, `count` or `stuck` on a store's folder. */
import { systemClock } from "../../../src/base/clock.ts";
import { FileStore } from "../../../src/store/file_store.ts";

const [verb, folder, name] = Deno.args as [string, string, string];
const store = await FileStore.open(folder, { clock: systemClock });
const text = (value: string) => new TextEncoder().encode(value);

switch (verb) {
  case "create": {
    const won: number[] = [];
    for (let i = 0; i < 50; i++) {
      const { kind } = await store.put(`race/${i}`, text(name), { kind: "absent" });
      if (kind === "written") won.push(i);
    }
    console.log(JSON.stringify(won));
    break;
  }
  case "count": {
    for (let done = 0; done < 50;) {
      const object = (await store.get("counter"))!;
      const value = Number(await new Response(object.body).text());
      const when = { kind: "unchanged", since: object.version } as const;
      if ((await store.put("counter", text(`${value + 1}`), when)).kind === "written") done++;
    }
    break;
  }
  case "stuck": {
    // Half a body comes, and then nothing: the test kills this process.
    const body = {
      size: 2_000_000,
      sha256: "0".repeat(64),
      open: () =>
        new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(new Uint8Array(1_000_000));
          },
          pull() {
            console.log("half");
            return new Promise(() => setInterval(() => {}, 60_000));
          },
        }, { highWaterMark: 0 }),
    };
    await store.put("k", body, { kind: "none" }, { metadata: { tags: "new" } });
  }
}
