import { below, type MemberId, SeededRandom, toByteString } from "@holdfast/base";
import type { Message } from "../../src/index.ts";
import { CoreCluster, type Node } from "../core-cluster.ts";

const PEER_EVENTS = ["peer-connected", "peer-disconnected", "peer-gone"] as const;
const WEATHER_STEPS = 250;
const MEMBERS = [3, 5, 1, 2, 4, 3];

/**
 * Cores under random weather: lost, doubled and reordered messages, one-way cuts,
 * crashes that lose what was not durable, compaction, and a network that says of
 * peers what it likes. Throws when two leaders share a term, when two members
 * apply different entries at an index, or when a read may see less than was
 * committed before it began.
 */
export class Weather {
  readonly cluster: CoreCluster;
  readonly #random: SeededRandom;
  readonly #leaders = new Map<number, MemberId>();
  readonly #applied = new Map<number, string>();
  /** What each read must see at least, by member and token. */
  readonly #reads = new Map<string, number>();
  readonly #cut = new Set<string>();
  #lossPercent = 0;
  #committed = 0;
  #tokens = 0;
  #lives = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.cluster = new CoreCluster({
      members: MEMBERS[seed % MEMBERS.length] ?? 3,
      seed,
      appendBytesMax: 50 + this.#below(400),
      inflightMessagesMax: 1 + this.#below(4),
      inflightBytesMax: 100 + this.#below(800),
      cacheBytesMax: 1 + this.#below(400),
      trailingEntries: this.#below(6),
      uncommittedBytesMax: 200 + this.#below(4000),
      pendingReadsMax: 20,
    });
  }

  /** How many entries were applied by somebody. */
  get appliedCount(): number {
    return this.#applied.size;
  }

  get leaderships(): number {
    return this.#leaders.size;
  }

  storm(steps: number): void {
    for (let step = 0; step < steps; step++) {
      if (step % WEATHER_STEPS === 0) this.#changeWeather();
      this.#happen();
      this.#check();
    }
  }

  /** All faults end. Whether a leader then serves and all members hold the same. */
  heals(): boolean {
    const { cluster } = this;
    this.#cut.clear();
    for (const { id, up } of cluster.nodes) if (!up) cluster.restart(id, ++this.#lives);
    for (let round = 0; round < 200; round++) {
      cluster.advance(100);
      this.#check();
      const { leader } = cluster;
      if (leader === undefined) continue;
      cluster.propose(leader.id, "healed", ++this.#tokens);
      cluster.settle();
      cluster.advance(200);
      const ends = cluster.nodes.map(({ raft }) => raft.status());
      if (
        ends.every(({ commit, lastIndex }) => commit === lastIndex && commit === ends[0]?.commit)
      ) {
        return true;
      }
    }
    return false;
  }

  #happen(): void {
    const dice = this.#below(100);
    const node = this.#anyNode();
    if (dice < 45) this.#deliverSome();
    else if (dice < 62) this.cluster.persist(node.id, 1 + this.#below(3));
    else if (dice < 80) this.#timePasses();
    else if (dice < 88) this.#propose();
    else if (dice < 92) this.#read(node);
    else if (dice < 94) this.#compact(node);
    else if (dice < 97) this.#rumour(node);
    else this.#crashOrRestart(node);
  }

  #changeWeather(): void {
    this.#lossPercent = [0, 2, 10, 30][this.#below(4)] ?? 0;
    this.#cut.clear();
    const lone = this.#anyNode();
    if (this.#below(2) === 0) return;
    for (const { id } of this.cluster.nodes) {
      if (this.#below(3) > 0) this.#cut.add(`${lone.id}>${id}`);
      if (this.#below(3) > 0) this.#cut.add(`${id}>${lone.id}`);
    }
  }

  #deliverSome(): void {
    const { network } = this.cluster;
    for (let count = 1 + this.#below(6); count > 0 && network.length > 0; count--) {
      const at = this.#below(3) > 0 ? 0 : this.#below(network.length);
      const doubled = this.#below(30) === 0;
      const [message] = doubled ? [network[at]] : network.splice(at, 1);
      if (message !== undefined) this.#arrive(message);
    }
  }

  #arrive(message: Message): void {
    if (this.#cut.has(`${message.from}>${message.to}`)) return;
    if (this.#below(100) < this.#lossPercent) return;
    this.cluster.step(message.to, { kind: "message", message });
  }

  #timePasses(): void {
    const { cluster } = this;
    cluster.now += this.#below(this.#below(20) === 0 ? 800 : 25);
    for (const { id, up, raft } of cluster.nodes) {
      if (up && cluster.now >= raft.nextDeadline()) cluster.step(id, { kind: "tick" });
    }
  }

  #propose(): void {
    for (const { id, up, raft } of this.cluster.nodes) {
      if (!up || raft.status().role !== "leader") continue;
      this.#tokens++;
      this.cluster.propose(id, `p${this.#tokens}`.padEnd(this.#below(60), "."), this.#tokens);
    }
  }

  #read({ id, up }: Node): void {
    if (!up) return;
    this.#tokens++;
    this.#reads.set(`${id}/${this.#tokens}`, this.#committed);
    this.cluster.step(id, { kind: "read-index", token: this.#tokens });
  }

  #compact({ id, up, applyTo }: Node): void {
    if (up) this.cluster.step(id, { kind: "state-durable", index: applyTo });
  }

  #rumour({ id }: Node): void {
    const kind = PEER_EVENTS[this.#below(PEER_EVENTS.length)] ?? "peer-connected";
    this.cluster.step(id, { kind, peer: this.#anyNode().id });
  }

  #crashOrRestart(node: Node): void {
    if (!node.up) this.cluster.restart(node.id, ++this.#lives);
    else if (this.#below(3) === 0) this.cluster.crash(node.id);
  }

  #check(): void {
    for (const node of this.cluster.nodes) {
      if (!node.up) continue;
      const { role, term, commit } = node.raft.status();
      if (role === "leader") this.#checkLeader(node.id, term);
      this.#committed = Math.max(this.#committed, commit);
      this.#checkApplied(node);
      this.#checkReads(node);
    }
  }

  #checkLeader(id: MemberId, term: number): void {
    const known = this.#leaders.get(term) ?? id;
    if (known !== id) throw new Error(`members ${known} and ${id} both lead term ${term}`);
    this.#leaders.set(term, id);
  }

  #checkApplied(node: Node): void {
    for (const { index, term, kind, payload } of node.applied.splice(0)) {
      const entry = `${term} ${kind} ${toByteString(payload)}`;
      const known = this.#applied.get(index) ?? entry;
      if (known !== entry) throw new Error(`at ${index} ${known} and ${entry} were applied`);
      this.#applied.set(index, entry);
    }
  }

  #checkReads(node: Node): void {
    for (const outcome of node.outcomes.splice(0)) {
      if (outcome.kind !== "read-ready") continue;
      const least = this.#reads.get(`${node.id}/${outcome.token}`) ?? 0;
      if (outcome.index < least) {
        throw new Error(
          `a read at ${node.id} may see ${outcome.index}, but ${least} was committed`,
        );
      }
    }
  }

  #anyNode(): Node {
    return this.cluster.node(1 + this.#below(this.cluster.nodes.length));
  }

  #below(limit: number): number {
    return below(this.#random, limit);
  }
}
