import { type MemberId, silentLogger } from "@holdfast/base";
import { NO_MEMBERSHIP, type SnapshotFetch, type SnapshotMeta } from "@holdfast/raft";
import { StateDirectories } from "@holdfast/storage";
import type { SnapshotAnswer, SnapshotRequest, SnapshotSource } from "../src/ports/peer-network.ts";
import { SnapshotFetcher } from "../src/snapshot/snapshot-fetcher.ts";
import type { SnapshotTransfer } from "../src/snapshot/snapshot-observer.ts";
import { SnapshotServer } from "../src/snapshot/snapshot-server.ts";
import type { AppliedState } from "../src/state-at-work.ts";
import { madeState, putEntries } from "./made-state.ts";
import { ManualTime } from "./manual-time.ts";
import { MemoryDisk } from "./memory-disk.ts";

export const LEADER = 1_000 as MemberId;
export const FOLLOWER = 2_000 as MemberId;
export const TERM = 3;

/** A leader with a state, a follower without, and the questions between them, which a test may disturb. */
export class SnapshotWorld {
  readonly time: ManualTime;
  readonly leader: AppliedState;
  readonly server: SnapshotServer;
  readonly fetcher: SnapshotFetcher;
  /** The follower's. */
  readonly disk: MemoryDisk = new MemoryDisk();
  readonly asked: SnapshotRequest[] = [];
  readonly opened: (number | undefined)[] = [];
  /** The entry of the committed configuration. */
  configuredAt = 0;
  readonly closed: string[] = [];
  readonly staged: SnapshotMeta[] = [];
  readonly givenUp: SnapshotMeta[] = [];
  readonly transfers: SnapshotTransfer[] = [];
  /** States that are being received, as operators see it. */
  arriving = 0;
  /** What becomes of a question; by default it is answered. */
  carry: (request: SnapshotRequest) => Promise<SnapshotAnswer> = (request) =>
    this.server.asked(request);

  static async open({ entries = 600, valueBytes = 3_000 } = {}): Promise<SnapshotWorld> {
    const time = new ManualTime();
    const state = await madeState(putEntries(entries, { valueBytes }), time, new MemoryDisk());
    const world = new SnapshotWorld(time, state);
    await world.directories.keepOnly("state.1");
    return world;
  }

  readonly directories: StateDirectories = new StateDirectories(this.disk.files);

  constructor(time: ManualTime, leader: AppliedState) {
    this.time = time;
    this.leader = leader;
    const observe = {
      snapshotsUnderWay: (way: SnapshotTransfer["way"], count: number) => {
        if (way === "received") this.arriving = count;
      },
      snapshotEnded: (transfer: SnapshotTransfer) => this.transfers.push(transfer),
    };
    const shared = { clock: time, turn: time, logger: silentLogger, observe, nameOf: String };
    this.server = new SnapshotServer({
      ...shared,
      bytesPerSecond: 64 * 1024 * 1024,
      engine: () => leader.engine,
      notBefore: () => this.configuredAt,
      opened: (_peer, _epoch, index) => this.opened.push(index),
      closed: (peer, epoch) => this.closed.push(`${peer}/${epoch}`),
    });
    this.fetcher = new SnapshotFetcher({
      ...shared,
      self: FOLLOWER,
      directories: this.directories,
      openEngine: (directory) => this.disk.openEngine(directory),
      source: () => this.#source(),
      staged: (meta) => this.staged.push(meta),
      givenUp: (meta) => this.givenUp.push(meta),
    });
  }

  /** The leader opens its state for the follower; what it then offers. */
  offer(epoch = 1): SnapshotFetch {
    this.server.wanted({ peer: FOLLOWER, epoch });
    const { applied } = this.leader.machine;
    const meta = { last: applied, membership: NO_MEMBERSHIP };
    return { from: LEADER, term: TERM, epoch, meta };
  }

  /** Lets time pass until the follower has a whole state, or has given it up. */
  async settle(): Promise<void> {
    const ended = this.transfers.filter(({ way }) => way === "received").length;
    for (let round = 0; round < 200_000; round++) {
      if (this.transfers.filter(({ way }) => way === "received").length > ended) break;
      await this.time.advance(1);
    }
    await this.time.advance(1);
  }

  /** The directories of states that the follower was sent, beside its own. */
  async incoming(): Promise<readonly string[]> {
    return (await this.disk.states()).filter((directory) => directory !== "state.1");
  }

  sequences(): readonly number[] {
    return this.asked.map(({ sequence }) => sequence);
  }

  #source(): SnapshotSource {
    let close: (failure: Error) => void = () => undefined;
    const closed = new Promise<never>((_resolve, reject) => {
      close = reject;
    });
    closed.catch(() => undefined);
    return {
      ask: (request, timeoutMs) => {
        this.asked.push(request);
        const late = new Promise<never>((_resolve, reject) => {
          this.time.timer(timeoutMs, () => reject(new Error("no answer in time")));
        });
        return Promise.race([this.carry(request), late, closed]);
      },
      close: () => close(new Error("the source was closed")),
    };
  }
}
