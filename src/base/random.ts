/** The only home of randomness and of new ids: whoever needs either is given a {@link Random}. */

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  int(below: number): number;
  /** A new id: 32 hex digits that nobody else has. */
  id(): string;
}

/** Real randomness: ids are 128 bits of the system's own. */
export const systemRandom: Random = {
  next: () => Math.random(),
  int: (below) => Math.floor(Math.random() * below),
  id: () => crypto.randomUUID().replaceAll("-", ""),
};

/** Repeatable randomness: the same seed gives the same numbers and ids (splitmix32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const bits = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const next = () => bits() / 2 ** 32;
  return {
    next,
    int: (below) => Math.floor(next() * below),
    id: () => Array.from({ length: 4 }, () => bits().toString(16).padStart(8, "0")).join(""),
  };
}

/** Picks up to `count` different elements, each as likely as any other, in random order. */
export function sample<T>(from: readonly T[], count: number, random: Random): T[] {
  const pool = [...from];
  const picked: T[] = [];
  while (picked.length < count && pool.length > 0) {
    const at = random.int(pool.length);
    picked.push(pool[at]!);
    pool[at] = pool[pool.length - 1]!;
    pool.pop();
  }
  return picked;
}
