import {
  type ClusterId,
  FIRST_GROUP,
  type LogIndex,
  type MemberId,
  type Revision,
  SeededRandom,
  silentLogger,
} from "@holdfast/base";
import {
  type Entry,
  type EntryId,
  type HardState,
  type MembershipCodec,
  NO_MEMBERSHIP,
  type PersistBatch,
  type SnapshotMeta,
} from "@holdfast/raft";
import {
  type EngineSnapshot,
  SNAPSHOT_LIMITS,
  type SnapshotLimits,
  SnapshotReader,
  StagedState,
  StateDirectories,
  WriteAheadLog,
} from "@holdfast/storage";
import type { AppliedBatch } from "../src/applier.ts";
import { CurrentState } from "../src/current-state.ts";
import { LogWriter } from "../src/log-writer.ts";
import { openMemberState } from "../src/member-state.ts";
import { stateParts } from "./made-state.ts";
import type { ManualTime } from "./manual-time.ts";
import type { StoreDisk } from "./memory-disk.ts";

const CLUSTER = 77 as ClusterId;
const codec: MembershipCodec = {
  encode: () => Uint8Array.of(1),
  decode: () => NO_MEMBERSHIP,
};

export type LifeEvent = "frame durable" | "state in use";

export interface LifeOptions {
  /** Told at each step of an installation, within that step. */
  readonly at?: (event: LifeEvent) => void;
  readonly applied?: (batch: AppliedBatch) => void;
  /** What the core has in memory too, so that it is had at once. */
  readonly inMemory?: readonly Entry[];
  /** Told of each revision that the state in use publishes. */
  readonly published?: (revision: Revision) => void;
  /** @default 256 KiB */
  readonly segmentBytes?: number;
  /** Of states on their way in. */
  readonly limits?: SnapshotLimits;
}

/** One life of a store, from start to crash: its log and its state, without a core that decides. */
export class StoreLife {
  readonly current: CurrentState;
  readonly directories: StateDirectories;
  readonly log: WriteAheadLog;
  readonly failures: unknown[] = [];
  /** The last index of which the state was told to be durable in this life. */
  durable = 0;
  readonly #disk: StoreDisk;
  readonly #time: ManualTime;
  readonly #writer: LogWriter;
  readonly #limits: SnapshotLimits;
  #staged = "none";
  #seq = 0;
  #persisted = 0;

  /** Starts as a node does: what the log names is opened, the rest removed. */
  static async open(
    disk: StoreDisk,
    time: ManualTime,
    options: LifeOptions = {},
  ): Promise<StoreLife> {
    const wal = {
      files: disk.files,
      directory: "wal",
      logger: silentLogger,
      segmentBytes: options.segmentBytes ?? 256 * 1024,
    };
    const { log, recovered } = await time.until(WriteAheadLog.open(wal));
    if (!recovered.has(FIRST_GROUP)) {
      const birth = { clusterId: CLUSTER, membership: codec.encode(NO_MEMBERSHIP) };
      await time.until(log.append([{ group: FIRST_GROUP, birth }]));
    }
    const fresh = { lastIndex: 0, termRuns: [], memberships: [], torn: undefined };
    const directories = new StateDirectories(disk.files);
    await directories.keepOnly(log.head(FIRST_GROUP).stateDirectory);
    const opening = openMemberState({
      ...stateParts(time, disk, options.published),
      id: 5 as MemberId,
      recovered: recovered.get(FIRST_GROUP) ?? { head: log.head(FIRST_GROUP), ...fresh },
      membershipCodec: codec,
      random: new SeededRandom(1),
    });
    const { applied } = await time.until(opening);
    return new StoreLife({ disk, time, log, directories, applied, options });
  }

  private constructor(opened: {
    readonly disk: StoreDisk;
    readonly time: ManualTime;
    readonly log: WriteAheadLog;
    readonly directories: StateDirectories;
    readonly applied: Awaited<ReturnType<typeof openMemberState>>["applied"];
    readonly options: LifeOptions;
  }) {
    const { disk, time, log, directories, applied, options } = opened;
    this.log = log;
    this.directories = directories;
    this.#disk = disk;
    this.#time = time;
    this.#limits = options.limits ?? SNAPSHOT_LIMITS;
    const fail = (failure: unknown): void => void this.failures.push(failure);
    this.current = new CurrentState(applied, {
      ...stateParts(time, disk, options.published),
      directories,
      read: (from, to) => {
        const held = options.inMemory?.filter(({ index }) => index >= from && index <= to) ?? [];
        return held.length > 0 ? held : log.read(FIRST_GROUP, from, to, 1024 * 1024);
      },
      applied: (batch) => options.applied?.(batch),
      advanced: () => undefined,
      durable: (index) => {
        this.durable = index;
      },
      replaced: () => options.at?.("state in use"),
      fail,
    });
    this.#writer = new LogWriter({
      log,
      group: FIRST_GROUP,
      membershipCodec: codec,
      clock: time,
      directoryOf: () => this.#staged,
      installed: ({ last }) => {
        options.at?.("frame durable");
        this.current.replace(this.#staged, last);
      },
      observe: () => undefined,
      persisted: (seq) => {
        this.#persisted = seq;
      },
      fail,
    });
  }

  /** Entries come in, durably, and are applied; the applied state becomes durable too. */
  async take(entries: readonly Entry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += 10) await this.append(entries.slice(at, at + 10));
    await this.apply(entries.at(-1)?.index ?? 0);
    await this.flush();
  }

  /** Resolves when they are durable in the log. */
  append(entries: readonly Entry[]): Promise<void> {
    return this.#write({ entries });
  }

  async apply(upTo: LogIndex): Promise<void> {
    this.current.applyTo(upTo);
    for (let round = 0; round < 10_000 && this.current.applied < upTo; round++) {
      if (this.failures.length > 0) throw this.failures[0];
      await this.#time.advance(1);
    }
  }

  flush(): Promise<void> {
    return this.#time.until(this.current.state.store.flush());
  }

  vote(hardState: HardState): Promise<void> {
    return this.#write({ hardState });
  }

  /** Resolves when the log has durably let go of what lies before. */
  compact(upTo: EntryId): Promise<void> {
    return this.#write({ compact: { upTo, membership: NO_MEMBERSHIP } });
  }

  /** Receives a state into a directory of its own. */
  async stage(snapshot: EngineSnapshot): Promise<void> {
    this.#staged = this.directories.next();
    const engine = await this.#disk.openEngine(this.#staged);
    const limits = this.#limits;
    const staged = new StagedState({ engine, turn: this.#time, limits });
    const reader = new SnapshotReader({ snapshot, turn: this.#time, limits });
    while (!staged.isWhole) {
      await this.#time.until(staged.take(await this.#time.until(reader.next())));
    }
    await engine.close();
    await this.directories.sync();
  }

  /** What the core asks for once the state is staged: all of it in one write. */
  async install(last: EntryId, entries: readonly Entry[] = []): Promise<void> {
    const meta: SnapshotMeta = { last, membership: NO_MEMBERSHIP };
    this.current.hold();
    await this.#write({ entries, install: meta });
    await this.#time.advance(10);
  }

  async stop(): Promise<void> {
    await this.#time.until(this.current.stop({ flush: true }));
    await this.log.close();
  }

  async #write(parts: Partial<PersistBatch>): Promise<void> {
    const seq = ++this.#seq;
    const { hardState } = this.log.head(FIRST_GROUP);
    const term = parts.entries?.at(-1)?.term ?? parts.install?.last.term ?? 1;
    this.#writer.write({
      seq,
      entries: [],
      compact: undefined,
      install: undefined,
      hardState: term > hardState.term ? { term, vote: undefined, commit: 0 } : hardState,
      ...parts,
    });
    for (let round = 0; round < 1_000 && this.#persisted < seq; round++) await this.#time.turn();
    if (this.failures.length > 0) throw this.failures[0];
  }
}
