/**
 * `blobforge host NAME`: the program as its own converter host (src/convert/protocol.ts). Not for people, so
 * neither in the help nor in the command table. It is looked for first: a host starts without the command line's code.
 */

type Host = () => Promise<number>;

const HOSTS: Readonly<Record<string, Host>> = {
  async lite() {
    const { main } = await import("../convert/lite/lite_main.ts");
    await main();
    return 0;
  },
};

/** What to run for these words: a host, or null when they are a command for `cli.ts`. */
export function hostOf(args: readonly string[]): Host | null {
  const [word, name, ...more] = args;
  if (word !== "host" || name === undefined || more.length > 0) return null;
  return Object.hasOwn(HOSTS, name) ? HOSTS[name]! : null;
}
