import assert from "node:assert/strict";
import fc from "fast-check";
import { PRIORITIES, type Priority } from "../../../../src/queue/job.ts";
import type { LeaseRecord, Move, TodoRecord } from "../../../../src/queue/records.ts";
import { buryCancelled, failWrites, moveWrites } from "../../../../src/queue/rules/moves.ts";
import { finishWork } from "../../../../src/queue/rules/recovery.ts";
import type { Write } from "../../../../src/queue/rules/writes.ts";
import {
  afterWrites,
  assertSound,
  id,
  lease,
  markers,
  placesOf,
  type State,
  state,
  version,
} from "../../../support/sim_markers.ts";

const MAX_RETRIES = 2;

/** One thing that happens to the job: it dies after `written` of its writes, and so does each recovery but the last. */
type Event = {
  what: Move | "complete" | "transient" | "poison" | "hand back" | "cancelled" | "silence";
  written: number;
  recoveries: number[];
  /** Messages that stand in the lease when its holder dies. */
  cancel?: boolean;
  priority_to?: Priority;
};

/** The job in memory, and how many failed attempts it should know of. */
class Model {
  state: State = state({ todos: { "3_normal": { retries: 0 } } });
  failures = 0;
  #ids = 0;

  happen(event: Event): void {
    const attempt = id(`attempt-${this.#ids++}`);
    if (typeof event.what === "string") this.#work(event, attempt);
    else this.#move(event, event.what, attempt);
  }

  #move(event: Event, move: Move, attempt: ReturnType<typeof id>): void {
    const isDone = this.state.out !== null && !asks(this.state);
    const decide = (now: State) =>
      moveWrites(move, markers(now), { attempt, at: 5000, maxRetries: MAX_RETRIES });
    const resets = move.kind === "retry" ? move.reset_retries && !isDone : false;
    if (resets && (this.state.dead || this.state.failed)) this.failures = 0;
    const waits = Object.keys(this.state.todos).length > 0;
    if (move.kind === "reconvert" && this.state.out !== null && !waits) this.failures = 0;
    if (this.#write(decide(this.state), event.written)) return;
    for (const written of event.recoveries) this.#write(decide(this.state), written);
    this.#write(decide(this.state), Infinity);
  }

  #work(event: Event, attempt: ReturnType<typeof id>): void {
    const found = Object.entries(this.state.todos)[0];
    if (found === undefined) return;
    const [priority, todo] = found as [Priority, TodoRecord];
    const { cancel, priority_to } = event;
    const held: LeaseRecord = lease({ attempt, priority, retries: todo.retries });
    const ended = this.#end(event, { held, priority, todo });
    if (ended) return;
    const dead = { ...held, cancel, priority_to };
    const decide = (now: State) =>
      finishWork(dead, markers(now), { maxRetries: MAX_RETRIES, at: 5000 });
    for (const written of event.recoveries) this.#write(decide(this.state), written);
    this.#write(decide(this.state), Infinity);
  }

  /** True when the worker got to its end. Counts what must be counted, whoever writes it. */
  #end(event: Event, job: { held: LeaseRecord; priority: Priority; todo: TodoRecord }): boolean {
    const { held, priority, todo } = job;
    const attempt = held.attempt!;
    const silence = () => {
      if (!event.cancel) this.failures++;
    };
    if (event.what === "silence" || event.written === 0) {
      silence();
      return false;
    }
    const now = markers(this.state);
    switch (event.what) {
      case "complete": {
        this.state = { ...this.state, out: version(`result of ${attempt}`) };
        return this.#write(
          [{ kind: "delete", at: { state: "todo", priority } }],
          event.written - 1,
        );
      }
      case "hand back":
        held.handed_back = true;
        return event.written > 1;
      case "cancelled":
        return this.#write(buryCancelled(todo, priority, now, attempt, 5000), event.written);
      default: {
        this.failures++;
        const kind = event.what === "poison" ? "poison" : "transient";
        const failure = {
          attempt,
          kind,
          worker: "w",
          reason: "odd",
          error: "odd",
          at: 5000,
          backoffMs: 0,
        } as const;
        return this.#write(failWrites(todo, priority, now, failure, MAX_RETRIES), event.written);
      }
    }
  }

  /** Performs so many of the writes; true when that was all of them. */
  #write(writes: Write[], count: number): boolean {
    assertSound(writes);
    for (let done = 0; done < Math.min(count, writes.length); done++) {
      this.state = afterWrites(this.state, writes.slice(done, done + 1));
      assert.ok(placesOf(this.state).length > 0, "the job is in no place");
    }
    return count >= writes.length;
  }

  /** What must hold whenever no lease is there. */
  check(): void {
    const { todos, failed, dead, out } = this.state;
    const places = placesOf(this.state).filter((place) => place !== "O");
    if (out !== null && !asks(this.state)) return assert.deepEqual(places, [], "beside a result");
    assert.equal(places.length, 1, `in ${places.join(", ")}`);
    const todo = Object.values(todos)[0];
    const counted = todo?.retries ?? (failed ? failed.retries + 1 : dead!.total_retries);
    assert.equal(counted, this.failures, "failed attempts");
  }
}

function asks({ todos, failed, dead, out }: State): boolean {
  return out !== null &&
    [...Object.values(todos), failed, dead].some((record) => record?.reconvert === out);
}

const priority = fc.constantFrom(...PRIORITIES);
const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const few = fc.integer({ min: 0, max: 4 });
const ends = [
  "complete",
  "transient",
  "transient",
  "poison",
  "hand back",
  "cancelled",
  "silence",
] as const;
const what: fc.Arbitrary<Event["what"]> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Event["what"]>(...ends) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Event["what"]>(
      { kind: "requeue" },
      { kind: "cancel" },
      { kind: "tidy" },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.boolean().map((reset_retries) => ({ kind: "retry", reset_retries } as Move)),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom("reprioritize", "reconvert", "restore"), priority)
      .map(([kind, priority]) => ({ kind, priority } as Move)),
  },
);
const event = fc.record<Event>({
  what,
  written: few,
  recoveries: fc.array(few, { maxLength: 3 }),
  cancel: some(fc.boolean()),
  priority_to: some(priority),
});

Deno.test("whatever dies after whichever write, the job ends in one place with every failure counted once", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 15 }), (events) => {
      const model = new Model();
      for (const one of events) {
        model.happen(one);
        model.check();
      }
    }),
    { numRuns: 4000 },
  );
});
