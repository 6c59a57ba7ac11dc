import { FIRST_GROUP, silentLogger } from "@holdfast/base";
import { encodeBatch, type Operation, StateMachine } from "@holdfast/state-machine";
import { MemoryEngine, StateStore } from "@holdfast/storage";
import { expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import { PrefetchedRows } from "../prefetched-rows.ts";
import { runSteps } from "../run-steps.ts";
import { Slices } from "../slices.ts";
import { EXPIRE_MAX, SessionReaper } from "./session-reaper.ts";

const IDLE_MS = 3_600_000;
/** Between two looks. */
const LOOK_MS = IDLE_MS / 16;
const OWN = new Uint8Array(16).fill(255);

/** A leader's reaper on a state machine of its own, whose proposals are applied at once. */
class Stage {
  readonly time = new ManualTime();
  readonly entries: number[] = [];
  readonly machine: StateMachine;
  readonly reaper: SessionReaper;
  leads = true;
  /** A proposal is answered behind it. */
  held: Promise<void> = Promise.resolve();
  readonly #rows: PrefetchedRows;
  readonly #slices = new Slices({ clock: this.time, turn: this.time, sliceMs: 5 });
  #sessions = 0;
  #sequence = 2;

  private constructor() {
    const engine = new MemoryEngine();
    const store = StateStore.open({ engine, clock: this.time, logger: silentLogger });
    this.#rows = new PrefetchedRows(store);
    this.machine = new StateMachine({ group: FIRST_GROUP, writer: this.#rows });
    this.reaper = new SessionReaper({
      clock: this.time,
      logger: silentLogger,
      idleMs: IDLE_MS,
      isLeader: () => this.leads,
      applied: () => this.machine.applied.index,
      machine: () => this.machine,
      propose: async (operation) => {
        this.entries.push(operation.sessions.length);
        await this.held;
        return await this.#apply(OWN, this.#sequence++, operation);
      },
    });
    this.reaper.start();
  }

  static async opened(): Promise<Stage> {
    const stage = new Stage();
    await stage.time.until(
      Promise.resolve(runSteps(stage.machine.open(), stage.#rows, stage.#slices)),
    );
    await stage.time.until(stage.#apply(OWN, 1, { kind: "session-open" }));
    return stage;
  }

  /** So many clients come, do one thing and go. */
  async clients(count: number): Promise<void> {
    for (let client = 0; client < count; client++) {
      const id = new Uint8Array(16);
      new DataView(id.buffer).setUint32(0, ++this.#sessions);
      await this.time.until(this.#apply(id, 1, { kind: "session-open" }));
    }
  }

  async #apply(session: Uint8Array, firstSequence: number, operation: Operation) {
    const batch = { session, firstSequence, ackedBelow: firstSequence, operations: [operation] };
    const index = this.machine.applied.index + 1;
    const steps = this.machine.apply({ index, term: 1, payload: encodeBatch(batch) });
    const applying = Promise.resolve(runSteps(steps, this.#rows, this.#slices));
    const [result] = await applying;
    if (result === undefined) throw new Error("an operation has an answer");
    return result;
  }
}

test("however many sessions come and go, no more stand than those of an hour or two", async () => {
  const stage = await Stage.opened();
  // Some two in a second: a script that calls the command again and again.
  const perLook = 2 * EXPIRE_MAX;

  for (let look = 0; look < 40; look++) {
    await stage.clients(perLook);
    await stage.time.advance(LOOK_MS);
  }

  const perHour = 16 * perLook;
  expect(stage.machine.sessions).toBeGreaterThan(perHour);
  expect(stage.machine.sessions).toBeLessThan(1.2 * perHour);
  expect(Math.max(...stage.entries)).toBe(EXPIRE_MAX);
});

test("who does not lead any more ends no more of them", async () => {
  const stage = await Stage.opened();
  await stage.clients(3 * EXPIRE_MAX);
  stage.leads = false;
  await stage.time.advance(2 * IDLE_MS);

  expect(stage.entries).toEqual([]);

  stage.leads = true;
  await stage.time.advance(LOOK_MS);
  expect(stage.entries).toEqual([EXPIRE_MAX, EXPIRE_MAX, EXPIRE_MAX, 1]);
});

test("one entry is under way at a time, and none follows it where the node stops", async () => {
  const stage = await Stage.opened();
  await stage.clients(3 * EXPIRE_MAX);
  let release: () => void = () => undefined;
  stage.held = new Promise((resolve) => {
    release = resolve;
  });
  await stage.time.advance(2 * IDLE_MS);
  expect(stage.entries).toEqual([EXPIRE_MAX]);

  stage.reaper.stop();
  release();
  await stage.time.advance(2 * IDLE_MS);

  expect(stage.entries).toEqual([EXPIRE_MAX]);
});
