import type { LogIndex, MemberId } from "@holdfast/base";
import type { RaftState } from "../raft-state.ts";
import type { Token } from "../types/input.ts";
import type { Round } from "../types/message.ts";
import type { LeaderRole } from "./leader-role.ts";

/** Who asked: this node's driver, or a follower. */
type Asker =
  | { readonly kind: "local"; readonly token: Token }
  | { readonly kind: "peer"; readonly peer: MemberId; readonly id: number };

interface Read {
  readonly asker: Asker;
  readonly index: LogIndex;
}

/** Rounds for reads under way at once; reads that come meanwhile share the next one. */
const READ_ROUNDS_MAX = 2;

/** Reads at a leader: new ones wait for a round that starts after them, then for its confirmation. */
export class PendingReads {
  #fresh: Read[] = [];
  #rounds: { readonly round: Round; readonly reads: readonly Read[] }[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(read: Read): void {
    this.#fresh.push(read);
    this.#count++;
  }

  /** Whether a round should be started for what has come. */
  get wantsRound(): boolean {
    return this.#fresh.length > 0 && this.#rounds.length < READ_ROUNDS_MAX;
  }

  assign(round: Round): void {
    this.#rounds.push({ round, reads: this.#fresh });
    this.#fresh = [];
  }

  takeConfirmed(confirmed: Round): readonly Read[] {
    const done = this.#rounds.filter(({ round }) => round <= confirmed);
    if (done.length === 0) return [];
    this.#rounds = this.#rounds.slice(done.length);
    const reads = done.flatMap((batch) => batch.reads);
    this.#count -= reads.length;
    return reads;
  }

  takeAll(): readonly Read[] {
    const reads = [...this.#rounds.flatMap((batch) => batch.reads), ...this.#fresh];
    this.#rounds = [];
    this.#fresh = [];
    this.#count = 0;
    return reads;
  }
}

/**
 * The index that a read must see: everything committed when it arrived. A new
 * leader does not know that yet, but its own first entry lies behind all of it
 * (Raft, section 8), so no read waits for the leader to find out.
 */
export function addRead(state: RaftState, role: LeaderRole, asker: Asker): void {
  if (role.reads.count >= state.options.pendingReadsMax) {
    answerRead(state, asker, undefined);
    return;
  }
  role.reads.add({ asker, index: Math.max(state.log.commit, role.noopIndex) });
}

export function answerConfirmedReads(state: RaftState, role: LeaderRole): void {
  for (const { asker, index } of role.reads.takeConfirmed(role.rounds.confirmed)) {
    answerRead(state, asker, index);
  }
}

export function failPendingReads(state: RaftState, role: LeaderRole): void {
  for (const { asker } of role.reads.takeAll()) answerRead(state, asker, undefined);
}

function answerRead(state: RaftState, asker: Asker, index: LogIndex | undefined): void {
  if (asker.kind === "local") {
    const { token } = asker;
    state.outbox.outcomes.push(
      index === undefined ? { kind: "read-failed", token } : { kind: "read-ready", token, index },
    );
    return;
  }
  state.outbox.messages.push({
    kind: "read-index-response",
    from: state.id,
    to: asker.peer,
    term: state.term,
    id: asker.id,
    index,
  });
}
