import { assert, type MemberId, SeededRandom, type StoreId, toByteString } from "@holdfast/base";
import {
  type Effects,
  type Entry,
  type EntryId,
  type HardState,
  type Input,
  type Membership,
  type MembershipCodec,
  type Message,
  type Outcome,
  Raft,
  type RaftOptions,
  resolveRaftOptions,
} from "../src/index.ts";

const jsonMembershipCodec: MembershipCodec = {
  encode: (membership) => Uint8Array.from(JSON.stringify(membership), (c) => c.charCodeAt(0)),
  decode: (bytes) => JSON.parse(toByteString(bytes)) as Membership,
};

/** What survives a crash of one member: exactly what its core was told is durable. */
interface Disk {
  hardState: HardState;
  entries: Entry[];
  compacted: EntryId;
}

export interface Node {
  readonly id: MemberId;
  raft: Raft;
  disk: Disk;
  /** Handed out, not durable yet. */
  writes: NonNullable<Effects["persist"]>[];
  applied: Entry[];
  applyTo: number;
  outcomes: Outcome[];
  up: boolean;
}

export interface CoreClusterOptions extends Partial<RaftOptions> {
  readonly members?: number;
  readonly seed?: number;
}

/**
 * Cores joined by an array of messages, on a clock and with disks that the test
 * moves. Nothing happens unless it is called for.
 */
export class CoreCluster {
  readonly nodes: readonly Node[];
  readonly options: RaftOptions;
  readonly membership: Membership;
  now = 0;
  network: Message[] = [];
  /** Messages for which this is false are lost. */
  delivers: (message: Message) => boolean = () => true;
  /** Whether reads of old entries from disk succeed. */
  fetches: "answer" | "fail" = "answer";
  fetchCount = 0;
  readonly #seed: number;

  constructor({ members = 3, seed = 1, ...options }: CoreClusterOptions = {}) {
    this.options = resolveRaftOptions(options);
    this.#seed = seed;
    const ids = Array.from({ length: members }, (_, at) => (at + 1) as MemberId);
    this.membership = {
      voters: ids,
      outgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
      promotions: [],
      profiles: ids.map((id) => ({
        id,
        name: `n${id}`,
        storeId: `${id}` as StoreId,
        peerAddress: "",
        clientAddress: "",
      })),
    };
    this.nodes = ids.map((id) => this.#boot(id, emptyDisk()));
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
      this.step(id, { kind: "persisted", seq: write.seq });
    }
  }

  deliver(matches: (message: Message) => boolean = () => true): void {
    const due = this.network.filter(matches);
    this.network = this.network.filter((message) => !matches(message));
    for (const message of due) {
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
    const runs: [number, number][] = [];
    for (const { index, term } of disk.entries) {
      if (runs.at(-1)?.[1] !== term) runs.push([index, term]);
    }
    const raft = new Raft({
      id,
      options: this.options,
      random: new SeededRandom(this.#seed * 1000 + id + life * 7919),
      membershipCodec: jsonMembershipCodec,
      now: this.now,
      restored: {
        hardState: disk.hardState,
        log: {
          compacted: disk.compacted,
          termRuns: runs,
          lastIndex: disk.entries.at(-1)?.index ?? disk.compacted.index,
          commit: Math.max(disk.hardState.commit, disk.compacted.index),
        },
        membership: this.membership,
        memberships: [],
      },
    });
    const applyTo = disk.compacted.index;
    return { id, raft, disk, writes: [], applied: [], applyTo, outcomes: [], up: true };
  }

  #collect(node: Node): void {
    const effects = node.raft.takeEffects();
    if (effects === undefined) return;
    this.network.push(...effects.messages);
    if (effects.persist !== undefined) node.writes.push(effects.persist);
    node.outcomes.push(...effects.outcomes);
    const all = [...node.disk.entries];
    for (; node.applyTo < effects.applyTo; node.applyTo++) {
      const entry = all.find(({ index }) => index === node.applyTo + 1);
      assert(entry !== undefined, "what is applied is durable here");
      node.applied.push(entry);
    }
    for (const { fetchId, from, to } of effects.fetches) {
      this.fetchCount++;
      const found = all.filter(({ index }) => index >= from && index <= to);
      const entries = this.fetches === "answer" ? found : undefined;
      this.step(node.id, { kind: "entries-fetched", fetchId, entries });
    }
  }
}

function emptyDisk(): Disk {
  return {
    hardState: { term: 0, vote: undefined, commit: 0 },
    entries: [],
    compacted: { index: 0, term: 0 },
  };
}

function writeTo(disk: Disk, write: NonNullable<Effects["persist"]>): void {
  if (write.hardState !== undefined) disk.hardState = write.hardState;
  for (const entry of write.entries) {
    disk.entries = disk.entries.filter(({ index }) => index < entry.index);
    disk.entries.push(entry);
  }
  const { compact } = write;
  if (compact === undefined) return;
  disk.compacted = compact.upTo;
  disk.entries = disk.entries.filter(({ index }) => index > compact.upTo.index);
}
