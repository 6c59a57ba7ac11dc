import { below, type MemberId, type Random, SeededRandom, silentLogger } from "@holdfast/base";
import { type Boot, type Crash, CrashDisk } from "../../src/faults/crash-disk.ts";
import type { Lie } from "../../src/faults/disk-access.ts";
import type { WalEntry, WalWrite } from "../../src/wal/wal-records.ts";
import type { WriteAheadLog } from "../../src/wal/write-ahead-log.ts";
import { entry, readAll } from "../log-fixture.ts";
import { ManualClock, realTurn } from "../manual-time.ts";
import { EMPTY_LOG, type LogModel, lastIndexOf, shownLog, termAt, written } from "./log-model.ts";
import { PromiseBrokenError } from "./promise-broken-error.ts";
import { ALL_ROWS, APPLIED_KEY, type Rows, rowsAfter, rowsOf, shownRows } from "./rows-model.ts";
import { type Running, StateWork } from "./state-work.ts";

export interface DiskLifeOptions {
  readonly seed: number;
  /** The package, or one of its mutants. */
  readonly storage: Pick<typeof import("../../src/index.ts"), "StateStore" | "WriteAheadLog">;
  /** What the disk claims to have made durable and has not. */
  readonly lies?: readonly Lie[];
}

/** What came to pass, so that a test can tell that it was something. */
export interface LifeReport {
  readonly powerCuts: number;
  readonly kills: number;
  /** A change of the disk failed, and the store took nothing more. */
  readonly stops: number;
  /** Crashes while a log or a state was being opened. */
  readonly crashesAtStart: number;
  readonly acknowledgedWrites: number;
  readonly durableBatches: number;
  readonly tornLogs: number;
  readonly retiredSegments: number;
}

const GROUP = 1;
export const CRASHES = 8;
/** A crash comes within so many changes of the disk; every other time soon, on what the one before has left. */
const CHANGES_MAX = [70, 14] as const;
const MEMBERSHIP = Uint8Array.of(9);

/**
 * A store's log and state under random work, on a disk that fails again and again. After
 * each crash it starts as a node does, and what it then has is compared with what it had
 * acknowledged: entries, hard state, how far the state is applied and all of its rows.
 *
 * @throws {PromiseBrokenError}
 */
export async function runDiskLife(options: DiskLifeOptions): Promise<LifeReport> {
  const life = new DiskLife(options);
  for (let crash = 0; crash < CRASHES; crash++) await life.untilCrash();
  return life.report;
}

class DiskLife {
  readonly #options: DiskLifeOptions;
  readonly #random: Random;
  readonly #disk: CrashDisk;
  readonly report = {
    powerCuts: 0,
    kills: 0,
    stops: 0,
    crashesAtStart: 0,
    acknowledgedWrites: 0,
    durableBatches: 0,
    tornLogs: 0,
    retiredSegments: 0,
  };
  /** What the log may hold after a crash: what was acknowledged, then what a write under way adds, in steps. */
  #logs: readonly LogModel[] = [EMPTY_LOG];
  /** Terms of the committed entries, from index 1 on: nothing supersedes them. */
  #committed: readonly number[] = [];
  /** The state was told to be durable up to here. */
  #durable = 0;
  #running: Running | undefined;

  constructor(options: DiskLifeOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#disk = new CrashDisk({ ...options, random: new SeededRandom(options.seed + 1e9) });
  }

  /** One start, work, and the end of it. */
  async untilCrash(): Promise<void> {
    const boot = this.#disk.boot();
    const crash: Crash = below(this.#random, 3) === 0 ? "kill" : "power cut";
    const changesMax = CHANGES_MAX[below(this.#random, 2)] ?? 0;
    this.#disk.crashAt(below(this.#random, changesMax), crash);
    if (below(this.#random, 3) === 0) this.#disk.failAt(below(this.#random, changesMax));
    this.#running = undefined;
    try {
      this.#running = await this.#start(boot);
      const work = new StateWork(this.#running, this.#random);
      while (this.#disk.isUp) await this.#act(this.#running, work);
    } catch (failure) {
      if (failure instanceof PromiseBrokenError) throw failure;
      // What a dead process still meets is nobody's business.
      if (this.#disk.isUp) await this.#stop(failure, crash);
    }
    if (this.#running === undefined) this.report.crashesAtStart++;
    this.report[crash === "kill" ? "kills" : "powerCuts"]++;
    // Whatever is still under way meets the end of the process now.
    await realTurn.next();
  }

  /** A store whose disk has failed takes nothing more, and its process ends. */
  async #stop(failure: unknown, crash: Crash): Promise<void> {
    if (!isDiskFailure(failure)) throw failure;
    this.report.stops++;
    if (codeOf(failure) === "LOG_FAILED") {
      const again = this.#running?.log.append(this.#vote());
      await again?.then(
        () => {
          throw new PromiseBrokenError("the log took a write after one had failed");
        },
        () => undefined,
      );
    }
    if (this.#disk.isUp) this.#disk.crash(crash);
  }

  async #start({ files, openEngine }: Boot): Promise<Running> {
    const log = await this.#openLog(files);
    const engine = await openEngine("state.1");
    const clock = new ManualClock();
    const store = this.#options.storage.StateStore.open({
      engine,
      clock,
      logger: silentLogger,
      limits: { flushBytes: 1_500 },
    });
    const rows = rowsOf(await engine.scan(ALL_ROWS));
    const applied = Number(rows.get(APPLIED_KEY) ?? 0);
    this.#checkState(applied, rows);
    store.onDurable((index) => {
      this.report.durableBatches++;
      this.#durable = index;
    });
    this.#durable = applied;
    return { log, store, clock, applied, rows };
  }

  async #openLog(files: Boot["files"]): Promise<WriteAheadLog> {
    const opening = this.#options.storage.WriteAheadLog.open({
      files,
      directory: "wal",
      segmentBytes: 4_096,
      frameBytesMax: 2_048,
      logger: silentLogger,
    });
    const { log, recovered } = await opening.catch((failure: Error) => {
      if (!this.#disk.isUp || isDiskFailure(failure)) throw failure;
      throw new PromiseBrokenError(`refused: ${failure.message}`);
    });
    if (recovered.get(GROUP)?.torn !== undefined) this.report.tornLogs++;
    const entries = await readAll(log);
    const { hardState, compacted } = log.head(GROUP);
    const terms = entries.map((text) => Number(text.split("/")[1]));
    const found = shownLog({ hardState, compacted, terms });
    const model = this.#logs.findLast((one) => shownLog(one) === found);
    if (model === undefined) {
      const allowed = this.#logs.map((one) => `\n  ${shownLog(one)}`).join("");
      throw new PromiseBrokenError(`the log has\n  ${found}\nand should have one of${allowed}`);
    }
    this.#logs = [model];
    return log;
  }

  /** The same that a node asks before it takes part, and that the rows are those of the entries. */
  #checkState(applied: number, rows: Rows): void {
    const log = this.#log;
    if (applied < this.#durable) {
      throw new PromiseBrokenError(`the state ends at ${applied}, ${this.#durable} was durable`);
    }
    if (applied < log.compacted.index || applied > lastIndexOf(log)) {
      throw new PromiseBrokenError(`applied up to ${applied}, but the log is ${shownLog(log)}`);
    }
    const expected = shownRows(rowsAfter(this.#committed.slice(0, applied)));
    if (shownRows(rows) !== expected) {
      throw new PromiseBrokenError(
        `applied up to ${applied} the state has\n  ${shownRows(rows)}\nand should have\n  ${expected}`,
      );
    }
  }

  get #log(): LogModel {
    return this.#logs[0] ?? EMPTY_LOG;
  }

  async #act(running: Running, work: StateWork): Promise<void> {
    const action = below(this.#random, 20);
    if (action < 8) await this.#append(running, this.#entries());
    else if (action < 9) await this.#append(running, this.#vote());
    else if (action < 11) await this.#append(running, this.#compaction(running));
    else if (action < 15) await this.#commitAndApply(running, work);
    else if (action < 18) running.clock.advance(60);
    else if (action < 19) await running.store.flush();
    await work.look(running);
  }

  async #append(running: Running, writes: readonly WalWrite[]): Promise<void> {
    const logs = [this.#log];
    for (const write of writes) logs.push(written(logs.at(-1) ?? EMPTY_LOG, write));
    this.#logs = logs;
    const segments = running.log.stats().segments;
    await running.log.append(writes);
    this.#logs = logs.slice(-1);
    this.report.acknowledgedWrites++;
    if (running.log.stats().segments < segments) this.report.retiredSegments++;
  }

  #entries(): readonly WalWrite[] {
    let log = this.#log;
    return Array.from({ length: 1 + below(this.#random, 3) }, (): WalWrite => {
      const last = lastIndexOf(log);
      const back = below(this.#random, 5) === 0 ? below(this.#random, 4) : 0;
      const first = Math.max(this.#committed.length, last - back) + 1;
      const isSuperseding = first <= last;
      const term = Math.max(1, log.hardState.term) + (isSuperseding ? 1 : 0);
      const made: WalEntry[] = [];
      for (let more = below(this.#random, 4); more >= 0; more--) {
        made.push(entry(first + made.length, term, below(this.#random, 400)));
      }
      const vote = term === log.hardState.term ? log.hardState.vote : undefined;
      const hardState = { term, vote, commit: this.#committed.length };
      const write = { group: GROUP, entries: made, hardState };
      log = written(log, write);
      return write;
    });
  }

  /** The one thing that a store must never forget, alone in a write. */
  #vote(): readonly WalWrite[] {
    const term = this.#log.hardState.term + 1;
    const vote = (1 + below(this.#random, 5)) as MemberId;
    return [{ group: GROUP, hardState: { term, vote, commit: this.#committed.length } }];
  }

  /** As a replica does: up to what is applied and durable. */
  #compaction({ store, applied }: Running): readonly WalWrite[] {
    const log = this.#log;
    const durable = Math.max(store.durableIndex, applied);
    const room = durable - log.compacted.index;
    if (room <= 0) return [];
    const index = log.compacted.index + 1 + below(this.#random, room);
    const compact = { index, term: termAt(log, index), membership: MEMBERSHIP };
    return [{ group: GROUP, compact }];
  }

  async #commitAndApply(running: Running, work: StateWork): Promise<void> {
    const log = this.#log;
    const more = lastIndexOf(log) - this.#committed.length;
    const upTo = this.#committed.length + below(this.#random, more + 1);
    const terms = [...this.#committed];
    while (terms.length < upTo) terms.push(termAt(log, terms.length + 1));
    this.#committed = terms;
    if (work.applied < upTo) await work.apply(running, upTo);
  }
}

function isDiskFailure(failure: unknown): boolean {
  return ["EIO", "LOG_FAILED", "STATE_FAILED"].includes(codeOf(failure) ?? "");
}

/** Errors of a mutant are of classes of its own, so they are known by their code. */
function codeOf(failure: unknown): string | undefined {
  return failure instanceof Error && "code" in failure ? String(failure.code) : undefined;
}
