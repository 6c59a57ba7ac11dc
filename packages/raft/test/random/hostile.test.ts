import { below, InvariantViolation, type MemberId, SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import type { Entry, EntryId, EntryKind, Membership, Message } from "../../src/index.ts";
import { CoreCluster } from "../core-cluster.ts";
import { STOPS } from "../stops.ts";

const SEEDS = 600;
const MESSAGES_EACH = 12;
const KINDS: readonly Message["kind"][] = [
  ...(["pre-vote-request", "pre-vote-response", "vote-request", "vote-response"] as const),
  ...(["append-request", "append-request", "append-accepted", "append-rejected"] as const),
  ...(["heartbeat-request", "heartbeat-response", "snapshot-offer"] as const),
  ...(["read-index-request", "read-index-response", "timeout-now"] as const),
];

/** Draws messages of every kind and of valid shape, whose numbers lie about those that would make sense. */
class Liar {
  readonly #random: SeededRandom;
  readonly #cluster: CoreCluster;

  constructor(seed: number, cluster: CoreCluster) {
    this.#random = new SeededRandom(seed);
    this.#cluster = cluster;
  }

  below(count: number): number {
    return below(this.#random, count);
  }

  /** With every field that any kind has. */
  message(to: MemberId): Message {
    const { term, lastIndex, leader } = this.#cluster.node(to).raft.status();
    const index = (): number => Math.max(0, lastIndex - 3 + this.below(8));
    const someTerm = (): number => Math.max(0, term - 1 + this.below(4));
    const id = (): EntryId => ({ term: someTerm(), index: index() });
    const stranger = this.below(4) === 0 || leader === undefined;
    const prev = this.below(2) === 0 ? id() : { term, index: lastIndex };
    const message = {
      kind: KINDS[this.below(KINDS.length)],
      ...{ from: stranger ? 1 + this.below(6) : leader, to, term: someTerm() },
      ...{ last: id(), granted: this.below(2) === 0, transfer: this.below(2) === 0 },
      ...{ epoch: this.below(4), round: this.below(6), prev, entries: this.#entries(prev, term) },
      ...{ commit: index(), floor: index(), match: index(), rejected: index(), hint: id() },
      ...{ id: this.below(5), index: this.below(2) === 0 ? undefined : index() },
      meta: { last: id(), membership: this.#membership() },
    };
    return message as unknown as Message;
  }

  #entries(prev: EntryId, term: number): Entry[] {
    const kinds: readonly EntryKind[] = ["noop", "commands", "membership"];
    return Array.from({ length: this.below(4) }, (_, at) => ({
      term: Math.max(0, term - 1 + this.below(3)),
      index: prev.index + 1 + at + (this.below(8) === 0 ? this.below(3) - 1 : 0),
      kind: kinds[this.below(kinds.length)] ?? "noop",
      payload: new TextEncoder().encode(
        this.below(3) === 0 ? "no membership" : JSON.stringify(this.#membership()),
      ),
    }));
  }

  #membership(): Membership {
    const { membership } = this.#cluster;
    const voters = [[], [1, 2], [1, 2, 3], [2, 1]][this.below(4)] as MemberId[];
    const outgoing = [[], [3]][this.below(2)] as MemberId[];
    return {
      ...membership,
      voters,
      outgoing,
      autoLeave: outgoing.length > 0 && this.below(2) === 0,
    };
  }
}

/** What stopped the member that was lied to; `undefined`: nothing did. */
function stoppedBy(seed: number): string | undefined {
  const options = { trailingEntries: 0, trailingBytes: 1, retainBytesMax: 4 };
  const cluster = new CoreCluster({ seed, ...options });
  cluster.snapshots = "hold";
  const liar = new Liar(seed, cluster);
  for (let at = 0; at < 4; at++) cluster.propose(cluster.elect().id, "x");
  if (liar.below(2) === 0) cluster.settle();
  if (liar.below(2) === 0) cluster.step(1, { kind: "state-durable", index: 3 });
  for (let said = 0; said < MESSAGES_EACH; said++) {
    const to = (1 + liar.below(3)) as MemberId;
    try {
      cluster.step(to, { kind: "message", message: liar.message(to) });
      cluster.stageSnapshot(to);
      cluster.node(to).raft.checkDeeply();
    } catch (failure) {
      if (failure instanceof InvariantViolation) return failure.message;
      throw failure;
    }
    // A state that nobody has ever had cannot be written.
    if (cluster.node(to).writes.some(({ install }) => install !== undefined)) return undefined;
    if (liar.below(3) === 0) cluster.persist(to);
  }
  return undefined;
}

test("whatever a peer says, no member takes it for its own mistake", { timeout: 60_000 }, () => {
  const causes = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const cause = stoppedBy(seed);
    if (cause !== undefined) causes.add(cause);
  }

  expect([...causes].filter((cause) => !STOPS.has(cause))).toEqual([]);
});
