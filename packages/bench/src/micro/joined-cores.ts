import { assert, type MemberId, SeededRandom, type StoreId, toByteString } from "@holdfast/base";
import {
  type Effects,
  type Input,
  type Membership,
  type MembershipCodec,
  type Message,
  NO_ENTRY,
  NO_HARD_STATE,
  NO_MEMBERSHIP,
  Raft,
  resolveRaftOptions,
} from "@holdfast/raft";

const IDS = [1, 2, 3] as const;
const STATE_DURABLE_EVERY = 4_096;
/** Virtual time between two batches, ms: heartbeats stay rare, as they are under load. */
const ROUND_MS = 0.2;
const ELECTED_WITHIN_MS = 10_000;

const codec: MembershipCodec = {
  encode: (membership) => Uint8Array.from(JSON.stringify(membership), (c) => c.charCodeAt(0)),
  decode: (bytes) => JSON.parse(toByteString(bytes)) as Membership,
};

interface Joined {
  readonly raft: Raft;
  inbox: Input[];
  stateDurable: number;
}

/**
 * Three cores and nothing else: messages are handed over in arrays, what is to be durable is so
 * at once. What is left is what consensus itself costs.
 */
export class JoinedCores {
  readonly #cores: readonly Joined[];
  #now = 0;
  #token = 0;

  constructor() {
    const voters = IDS.map((id) => id as MemberId);
    const profiles = voters.map((id) => ({
      id,
      name: `n${id}`,
      storeId: `${id}` as StoreId,
      peerAddress: "",
      clientAddress: "",
    }));
    const membership: Membership = { ...NO_MEMBERSHIP, voters, profiles };
    const log = { compacted: NO_ENTRY, termRuns: [], lastIndex: 0, commit: 0 };
    this.#cores = voters.map((id) => ({
      raft: new Raft({
        id,
        options: resolveRaftOptions(),
        random: new SeededRandom(id),
        membershipCodec: codec,
        restored: { hardState: NO_HARD_STATE, log, membership, memberships: [] },
        now: 0,
      }),
      inbox: [],
      stateDurable: 0,
    }));
  }

  /** Committed entries at the leader; 0 while there is none. */
  get committed(): number {
    return this.#leader?.raft.status().commit ?? 0;
  }

  elect(): void {
    while (this.#leader === undefined) {
      assert(this.#now < ELECTED_WITHIN_MS, "three cores that hear each other elect a leader");
      this.#now += 10;
      for (const { inbox } of this.#cores) inbox.push({ kind: "tick" });
      this.#settle();
    }
  }

  /** Proposes these payloads in one batch, and lets everything that follows happen. */
  propose(payloads: readonly Uint8Array[]): void {
    const leader = this.#leader;
    assert(leader !== undefined, "somebody leads");
    this.#now += ROUND_MS;
    const proposals = payloads.map((payload) => ({ token: ++this.#token, payload }));
    leader.inbox.push({ kind: "propose", proposals });
    for (const { raft, inbox } of this.#cores) {
      if (raft.nextDeadline() <= this.#now) inbox.push({ kind: "tick" });
    }
    this.#settle();
  }

  get #leader(): Joined | undefined {
    return this.#cores.find(({ raft }) => raft.status().role === "leader");
  }

  #settle(): void {
    for (let busy = true; busy; ) {
      busy = false;
      for (const core of this.#cores) {
        if (core.inbox.length === 0) continue;
        busy = true;
        this.#turn(core);
      }
    }
  }

  #turn(core: Joined): void {
    const inputs = core.inbox;
    core.inbox = [];
    for (const input of inputs) core.raft.step(this.#now, input);
    const effects = core.raft.takeEffects();
    if (effects !== undefined) this.#pay(core, effects);
  }

  #pay(core: Joined, { persist, messages, applyTo }: Effects): void {
    if (persist !== undefined) core.inbox.push({ kind: "persisted", seq: persist.seq });
    for (const message of messages) this.#carry(message);
    if (applyTo < core.stateDurable + STATE_DURABLE_EVERY) return;
    core.stateDurable = applyTo;
    core.inbox.push({ kind: "state-durable", index: applyTo });
  }

  #carry(message: Message): void {
    this.#cores[message.to - 1]?.inbox.push({ kind: "message", message });
  }
}
