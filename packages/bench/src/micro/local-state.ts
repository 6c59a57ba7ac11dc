import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type ByteString,
  FIRST_GROUP,
  type Row,
  type RowAnswer,
  type RowNeed,
  type RowScan,
  type Steps,
  silentLogger,
  type Turn,
} from "@holdfast/base";
import {
  type RangeQuery,
  type RangeResult,
  rangeSteps,
  StateMachine,
} from "@holdfast/state-machine";
import { type Engine, openLevelEngine, StateStore } from "@holdfast/storage";
import { wallClock } from "@holdfast/testkit";
import { processCosts } from "./process-costs.ts";

const turn: Turn = {
  soon: (task) => void setImmediate(task),
  next: () => new Promise((resume) => void setImmediate(resume)),
};

/** The event loop turns at least so often, as it does in a node. */
const SLICE_MS = 5;
const QUIET_LOOK_MS = 100;
const QUIET_LOOKS = 3;

/** A state machine on a state store on LevelDB, as a replica has them, without the replica. */
export class LocalState {
  readonly #engine: Engine;
  readonly #store: StateStore;
  readonly #machine: StateMachine;
  readonly #directory: string;
  #hasSpace: () => void = () => undefined;
  #turnedAt = 0;

  private constructor(engine: Engine, directory: string, inlineBytesMax: number) {
    this.#engine = engine;
    this.#directory = directory;
    this.#store = StateStore.open({ engine, clock: wallClock, logger: silentLogger });
    this.#store.onSpace(() => this.#hasSpace());
    this.#machine = new StateMachine({ group: FIRST_GROUP, writer: this.#store, inlineBytesMax });
  }

  static async open(directory: string, inlineBytesMax: number): Promise<LocalState> {
    const state = new LocalState(await openLevelEngine(directory), directory, inlineBytesMax);
    await state.#write(state.#machine.open());
    return state;
  }

  async apply(payload: Uint8Array): Promise<void> {
    if (this.#store.full) {
      await new Promise<void>((resume) => {
        this.#hasSpace = resume;
      });
    }
    const index = this.#machine.applied.index + 1;
    await this.#write(this.#machine.apply({ index, term: 1, payload }));
    this.#store.commitPoint(index);
    if (performance.now() - this.#turnedAt < SLICE_MS) return;
    await turn.next();
    this.#turnedAt = performance.now();
  }

  /** Reads as a replica does while its engine is quick: rows in this turn, scans of a View. */
  async read(query: RangeQuery): Promise<RangeResult> {
    const view = this.#store.view();
    try {
      const { point, layout } = this.#machine;
      const found = await run(rangeSteps(query, point, layout), view);
      if ("kvs" in found) return found;
      throw new Error("a read of the latest revision was refused");
    } finally {
      view.close();
    }
  }

  /** {@link read} of a single key, in this turn. */
  readNow(query: RangeQuery): RangeResult {
    const { point, layout } = this.#machine;
    const steps = rangeSteps(query, point, layout);
    let step = steps.next();
    while (step.done !== true) {
      const { value: need } = step;
      if (need.kind !== "rows") throw new Error(`a read of one key asked for a ${need.kind}`);
      step = steps.next(need.keys.map((key) => this.#store.get(key)));
    }
    if ("kvs" in step.value) return step.value;
    throw new Error("a read of the latest revision was refused");
  }

  /** Resolves when all is in LevelDB and it has compacted what it wanted to. */
  async settle(): Promise<void> {
    await this.#store.flush();
    let before = Number.NaN;
    for (let quiet = 0; quiet < QUIET_LOOKS; ) {
      await new Promise((resume) => void setTimeout(resume, QUIET_LOOK_MS));
      const { writtenBytes } = processCosts();
      // `NaN` where bytes are not counted: that looks quiet, and then some CPU is missed.
      quiet = Object.is(writtenBytes, before) ? quiet + 1 : 0;
      before = writtenBytes;
    }
  }

  async bytesOnDisk(): Promise<number> {
    const names = await readdir(this.#directory);
    const sizes = names.map((name) => stat(join(this.#directory, name)).then(({ size }) => size));
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  async close(): Promise<void> {
    await this.#store.flush();
    await this.#store.close();
    await this.#engine.close();
  }

  #write<Result>(steps: Steps<Result>): Promise<Result> {
    const reads = this.#store.applyReads();
    return run(steps, { get: (key) => reads.peek(key), scan: (scan) => reads.scan(scan) });
  }
}

interface Source {
  get(key: ByteString): Uint8Array | undefined;
  scan(scan: RowScan): Promise<readonly Row[]>;
}

async function run<Result>(steps: Steps<Result>, source: Source): Promise<Result> {
  let step = steps.next();
  while (step.done !== true) step = steps.next(await answerTo(step.value, source));
  return step.value;
}

function answerTo(need: RowNeed, source: Source): RowAnswer | Promise<RowAnswer> {
  switch (need.kind) {
    case "rows":
      return need.keys.map((key) => source.get(key));
    case "scan":
      return source.scan(need.scan);
    case "pause":
    case "commit":
      return turn.next().then(() => undefined);
  }
}
