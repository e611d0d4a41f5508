/** Virtual time: nothing waits really, and one seed gives one order of events. */
import { setImmediate } from "node:timers";

export type Timer = { readonly at: number; cancelled: boolean };
type Event = Timer & { order: number; run(): void };

/**
 * A clock that stands still until everybody waits, then jumps to the next event.
 * Between two events all promises that can go on do so (a macrotask drains them),
 * so an event and all that follows from it is one step.
 */
export class SimTime {
  #now: number;
  #order = 0;
  #stopped = false;
  readonly #heap: Event[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const event = { at: this.#now + Math.max(0, ms), order: this.#order++, run, cancelled: false };
    push(this.#heap, event);
    return event;
  }

  /** Ends `run` before the next event. */
  stop(): void {
    this.#stopped = true;
  }

  /** Runs events until there are none before `until`. Returns how many ran. */
  async run(until: number): Promise<number> {
    let count = 0;
    await drained();
    while (!this.#stopped && this.#heap.length > 0 && this.#heap[0]!.at <= until) {
      const event = pop(this.#heap);
      if (event.cancelled) continue;
      this.#now = event.at;
      event.run();
      count++;
      await drained();
    }
    if (!this.#stopped) this.#now = Math.max(this.#now, until);
    return count;
  }
}

/** All microtasks, and what they start, have run. */
function drained(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

const isBefore = (one: Event, other: Event) =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(event, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event {
  const top = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  while (true) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}
