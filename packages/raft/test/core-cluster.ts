import { assert, type MemberId, SeededRandom, toByteString } from "@holdfast/base";
import {
  type Effects,
  type Entry,
  type EntryId,
  type Input,
  type Membership,
  type MembershipTarget,
  type Message,
  NO_MEMBERSHIP,
  type Outcome,
  Raft,
  type RaftOptions,
  resolveRaftOptions,
  type SnapshotFetch,
  type SnapshotWanted,
  type TraceSink,
} from "../src/index.ts";
import {
  type Disk,
  emptyDisk,
  jsonMembershipCodec,
  profileOf,
  restore,
  writeTo,
} from "./core-disk.ts";

export interface Node {
  readonly id: MemberId;
  raft: Raft;
  disk: Disk;
  /** Handed out, not durable yet. */
  writes: NonNullable<Effects["persist"]>[];
  applied: Entry[];
  applyTo: number;
  outcomes: Outcome[];
  /** States that the core wants opened for peers. */
  wanted: SnapshotWanted[];
  /** The state that the core wants fetched. */
  fetch: SnapshotFetch | undefined;
  up: boolean;
}

export interface CoreClusterOptions extends Partial<RaftOptions> {
  readonly members?: number;
  readonly seed?: number;
  readonly trace?: TraceSink;
}

/**
 * Cores joined by an array of messages, on a clock and with disks that the test
 * moves. Nothing happens unless it is called for.
 */
export class CoreCluster {
  readonly nodes: Node[];
  readonly options: RaftOptions;
  readonly membership: Membership;
  now = 0;
  network: Message[] = [];
  /** Messages for which this is false are lost. */
  delivers: (message: Message) => boolean = () => true;
  /** Whether reads of old entries from disk succeed. */
  fetches: "answer" | "fail" = "answer";
  fetchCount = 0;
  /** Whether states are opened, fetched and staged as soon as they are wanted. */
  snapshots: "serve" | "hold" = "serve";
  snapshotCount = 0;
  /** Every entry that anybody has applied, by index: what a state consists of. */
  readonly #history = new Map<number, Entry>();
  readonly #seed: number;
  readonly #trace: TraceSink | undefined;

  constructor({ members = 3, seed = 1, trace, ...options }: CoreClusterOptions = {}) {
    this.options = resolveRaftOptions(options);
    this.#seed = seed;
    this.#trace = trace;
    const ids = Array.from({ length: members }, (_, at) => (at + 1) as MemberId);
    this.membership = {
      voters: ids,
      outgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
      promotions: [],
      profiles: ids.map(profileOf),
    };
    this.nodes = ids.map((id) => this.#boot(id, emptyDisk(this.membership)));
  }

  /** A started process on an empty disk that is no member of anything yet; it gets the next id. */
  add(): Node {
    const node = this.#boot((this.nodes.length + 1) as MemberId, emptyDisk(NO_MEMBERSHIP));
    this.nodes.push(node);
    return node;
  }

  /** Asks `id` for a configuration of these members. */
  change(
    id: number,
    voters: readonly number[],
    { learners = [], promotions = [], token = 900 }: Change = {},
  ): void {
    const target: MembershipTarget = {
      voters: voters as MemberId[],
      learners: learners as MemberId[],
      promotions: promotions.map(([learner, replaces]) => ({
        learner: learner as MemberId,
        replaces: replaces as MemberId | undefined,
      })),
      profiles: ([...voters, ...learners] as MemberId[]).map(profileOf),
    };
    const basedOn = this.node(id).raft.status().membershipIndex;
    this.step(id, { kind: "change-membership", token, basedOn, target });
  }

  transfer(id: number, to: number | undefined, token = 800): void {
    this.step(id, { kind: "transfer-leadership", token, to: to as MemberId | undefined });
  }

  node(id: number): Node {
    const node = this.nodes[id - 1];
    assert(node !== undefined, `there is a node ${id}`);
    return node;
  }

  get leader(): Node | undefined {
    const leaders = this.nodes.filter(({ up, raft }) => up && raft.status().role === "leader");
    return leaders.sort((a, b) => b.raft.status().term - a.raft.status().term)[0];
  }

  /** One input, then everything it causes on this node but the disk. */
  step(id: number, ...inputs: readonly Input[]): void {
    const node = this.node(id);
    if (!node.up) return;
    for (const input of inputs) node.raft.step(this.now, input);
    this.#collect(node);
  }

  /** The oldest write, or all, become durable. */
  persist(id: number, count = Number.POSITIVE_INFINITY): void {
    const node = this.node(id);
    for (let done = 0; done < count && node.writes.length > 0; done++) {
      const write = node.writes.shift();
      if (write === undefined) break;
      writeTo(node.disk, write);
      if (write.install !== undefined) this.#install(node, write.install.last);
      this.step(id, { kind: "persisted", seq: write.seq });
    }
  }

  deliver(matches: (message: Message) => boolean = () => true): void {
    const due = this.network.filter(matches);
    this.network = this.network.filter((message) => !matches(message));
    for (const message of due) {
      if (this.nodes[message.to - 1] === undefined) continue;
      if (this.delivers(message)) this.step(message.to, { kind: "message", message });
    }
  }

  /** Until nothing moves any more without the clock. */
  settle(): void {
    for (let round = 0; round < 10_000; round++) {
      const writing = this.nodes.filter(({ up, writes }) => up && writes.length > 0);
      if (this.network.length === 0 && writing.length === 0) return;
      this.deliver();
      for (const { id } of writing) this.persist(id);
    }
    throw new Error("the cluster does not come to rest");
  }

  /** Moves the clock in steps, ticking whoever is due. */
  advance(ms: number, step = 10): void {
    const end = this.now + ms;
    while (this.now < end) {
      this.now = Math.min(end, this.now + step);
      for (const { id, up, raft } of this.nodes) {
        if (up && this.now >= raft.nextDeadline()) this.step(id, { kind: "tick" });
      }
      this.settle();
    }
  }

  elect(id?: number): Node {
    for (let round = 0; round < 100; round++) {
      const { leader } = this;
      if (leader !== undefined && (id === undefined || leader.id === id)) return leader;
      this.advance(100);
    }
    throw new Error("nobody was elected");
  }

  propose(id: number, text: string, token = 1): void {
    const payload = Uint8Array.from(text, (c) => c.charCodeAt(0));
    this.step(id, { kind: "propose", proposals: [{ token, payload }] });
  }

  crash(id: number): void {
    const node = this.node(id);
    node.up = false;
    node.writes = [];
  }

  /** `life` seeds another chance, as another start of a process has. */
  restart(id: number, life = 0): void {
    const node = this.node(id);
    const fresh = this.#boot(node.id, node.disk, life);
    Object.assign(node, fresh);
  }

  applied(id: number): readonly string[] {
    return this.node(id)
      .applied.filter(({ kind }) => kind === "commands")
      .map(({ payload }) => toByteString(payload));
  }

  #boot(id: MemberId, disk: Disk, life = 0): Node {
    const raft = new Raft({
      id,
      options: this.options,
      random: new SeededRandom(this.#seed * 1000 + id + life * 7919),
      membershipCodec: jsonMembershipCodec,
      now: this.now,
      restored: restore(disk),
      trace: this.#trace,
    });
    const applyTo = disk.compacted.index;
    const fresh = { writes: [], applied: [], outcomes: [], wanted: [], fetch: undefined, up: true };
    return { id, raft, disk, applyTo, ...fresh };
  }

  /** A staged state is in use: it holds everything up to `last`. */
  #install(node: Node, last: EntryId): void {
    this.snapshotCount++;
    for (; node.applyTo < last.index; node.applyTo++) {
      const entry = this.#history.get(node.applyTo + 1);
      assert(entry !== undefined, "a state holds what somebody applied");
      node.applied.push(entry);
    }
  }

  /** Opens the states that a leader wants, at what it has applied. */
  openSnapshots(id: number): void {
    const node = this.node(id);
    for (const { peer, epoch } of node.wanted.splice(0)) {
      this.step(id, { kind: "snapshot-opened", peer, epoch, index: node.applyTo });
    }
  }

  /** What a follower fetches is there. */
  stageSnapshot(id: number): void {
    const node = this.node(id);
    const { fetch } = node;
    node.fetch = undefined;
    if (fetch !== undefined) this.step(id, { kind: "snapshot-staged", meta: fetch.meta });
  }

  #collect(node: Node): void {
    const effects = node.raft.takeEffects();
    if (effects === undefined) return;
    this.network.push(...effects.messages);
    if (effects.persist !== undefined) node.writes.push(effects.persist);
    node.outcomes.push(...effects.outcomes);
    const all = [...node.disk.entries];
    // A state on its way into use brings its entries with it; those of the old log are void.
    const held = node.writes.some(({ install }) => install !== undefined);
    for (; !held && node.applyTo < effects.applyTo; node.applyTo++) {
      const entry = all.find(({ index }) => index === node.applyTo + 1);
      assert(entry !== undefined, "what is applied is durable here");
      this.#history.set(entry.index, entry);
      node.applied.push(entry);
    }
    node.wanted.push(...effects.snapshotsWanted);
    node.fetch = effects.snapshotFetch ?? node.fetch;
    if (this.snapshots === "serve") {
      this.openSnapshots(node.id);
      this.stageSnapshot(node.id);
    }
    for (const { fetchId, from, to } of effects.fetches) {
      this.fetchCount++;
      const found = all.filter(({ index }) => index >= from && index <= to);
      const entries = this.fetches === "answer" ? found : undefined;
      this.step(node.id, { kind: "entries-fetched", fetchId, entries });
    }
  }
}

interface Change {
  readonly learners?: readonly number[];
  /** Learners to promote, and whom each of them replaces. */
  readonly promotions?: readonly (readonly [number, number?])[];
  readonly token?: number;
}
