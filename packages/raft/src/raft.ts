import {
  assert,
  assertNever,
  type LogIndex,
  type MemberId,
  type Millis,
  type Random,
} from "@holdfast/base";
import { campaign, hurry, onPeerGone, onSelfVoteDurable } from "./election/campaign.ts";
import { ElectionTimer } from "./election/election-timer.ts";
import { becomeFollower, failForwardedReads, knownLeader } from "./election/roles.ts";
import { ForwardedReads } from "./follower/forwarded-reads.ts";
import { checkInvariants } from "./invariants.ts";
import { advanceCommit, propose, releaseQuota } from "./leader/commit.ts";
import { peerOf } from "./leader/leader-role.ts";
import { addRead } from "./leader/pending-reads.ts";
import { heartbeat, onEntriesFetched, replicate } from "./leader/replicate.ts";
import { confirmAlone } from "./leader/responses.ts";
import { RaftLog, type RestoredLog } from "./log/raft-log.ts";
import type { MembershipCodec } from "./membership/membership-codec.ts";
import { MembershipHistory } from "./membership/membership-history.ts";
import { Outbox } from "./outbox.ts";
import { PersistQueue } from "./persist/persist-queue.ts";
import type { RaftOptions } from "./raft-options.ts";
import type { RaftState } from "./raft-state.ts";
import { onMessage } from "./receive.ts";
import { takeEffects } from "./take-effects.ts";
import type { Effects } from "./types/effects.ts";
import type { HardState } from "./types/hard-state.ts";
import type { Input, Proposal, Token, WriteSeq } from "./types/input.ts";
import type { Membership } from "./types/membership.ts";
import type { RaftStatus } from "./types/status.ts";

/** What a core begins with: an empty store just born, or what its disk held. */
export interface Restored {
  readonly hardState: HardState;
  readonly log: RestoredLog;
  /** The configuration at the compacted index. */
  readonly membership: Membership;
  /** The membership entries behind it, ascending. */
  readonly memberships: readonly { readonly index: LogIndex; readonly membership: Membership }[];
}

export interface RaftParts {
  readonly id: MemberId;
  readonly options: RaftOptions;
  readonly random: Random;
  readonly membershipCodec: MembershipCodec;
  readonly restored: Restored;
  /** Of the clock that later calls are made with. */
  readonly now: Millis;
}

/**
 * The consensus core: a deterministic state machine without I/O, clock or
 * promise. Inputs go in one by one, what they cause comes out in batches.
 *
 * An input never throws for a peer's mistake. It throws when an invariant is
 * broken; the core is then poisoned and the driver must stop the replica.
 */
export class Raft {
  readonly #state: RaftState;
  #running = false;
  #poisoned = false;

  constructor({ id, options, random, membershipCodec, restored, now }: RaftParts) {
    const base = { index: restored.log.compacted.index, membership: restored.membership };
    this.#state = {
      id,
      options,
      random,
      now,
      term: restored.hardState.term,
      vote: restored.hardState.vote,
      role: { kind: "follower", leader: undefined },
      heardLeaderAt: Number.NEGATIVE_INFINITY,
      gone: undefined,
      hurryUntil: now + options.electionTimeoutMs,
      floor: 0,
      lastFetchId: 0,
      lastApplyTo: 0,
      timer: new ElectionTimer(options, random, now),
      log: new RaftLog(restored.log, options.cacheBytesMax),
      memberships: new MembershipHistory(base, restored.memberships),
      membershipCodec,
      reads: new ForwardedReads(random),
      persist: new PersistQueue(),
      outbox: new Outbox(),
    };
    hurry(this.#state, 0);
    assert(this.#state.term >= this.#state.log.last.term, "the term covers the log");
  }

  /** Something happened at `now`. Inbound messages go before a `tick` of the same moment. */
  step(now: Millis, input: Input): void {
    this.#guard(() => {
      this.#advanceClock(now);
      this.#dispatch(input);
      checkInvariants(this.#state);
    });
  }

  /** Everything that came up since the last call; `undefined` if nothing did. */
  takeEffects(): Effects | undefined {
    return this.#guard(() => {
      if (this.#state.role.kind === "leader") replicate(this.#state, this.#state.role);
      return takeEffects(this.#state);
    });
  }

  /** When to send the next `tick` at the latest. */
  nextDeadline(): Millis {
    const { role, reads, options, timer } = this.#state;
    if (role.kind === "leader") {
      return Math.min(role.nextHeartbeatAt, role.rounds.contactAt + options.electionTimeoutMs);
    }
    const asked = reads.oldestAskedAt;
    const readDeadline =
      asked === undefined ? Number.POSITIVE_INFINITY : asked + options.electionTimeoutMs;
    return Math.min(timer.deadline, readDeadline);
  }

  /** Entries that are in memory; `undefined`: read them from the log on disk. */
  entriesInMemory(from: LogIndex, to: LogIndex, bytesMax: number): ReturnType<RaftLog["slice"]> {
    return this.#state.log.slice(from, to, bytesMax);
  }

  status(): RaftStatus {
    const { role, log } = this.#state;
    const peers = role.kind === "leader" ? role.peers : [];
    return Object.freeze({
      id: this.#state.id,
      role: role.kind,
      term: this.#state.term,
      vote: this.#state.vote,
      leader: knownLeader(this.#state),
      commit: log.commit,
      durable: log.durable,
      lastIndex: log.last.index,
      compacted: log.compacted.index,
      uncommittedBytes: role.kind === "leader" ? role.uncommitted.bytes : 0,
      membership: this.#state.memberships.effective,
      membershipIndex: this.#state.memberships.effectiveIndex,
      transferringTo: undefined,
      persistAgeMs: 0,
      peers: peers.map(({ id, state, match, next }) => ({ id, state, match, next })),
      nextDeadline: this.nextDeadline(),
    });
  }

  #guard<Result>(work: () => Result): Result {
    assert(!this.#poisoned, "a core with a broken invariant does nothing more");
    assert(!this.#running, "the core is not entered while it runs");
    this.#running = true;
    try {
      return work();
    } catch (failure) {
      this.#poisoned = true;
      throw failure;
    } finally {
      this.#running = false;
    }
  }

  /**
   * The driver wakes the core at its deadline; much later than that means that the
   * process slept. It shall hear what came meanwhile before it campaigns.
   */
  #advanceClock(now: Millis): void {
    const state = this.#state;
    assert(now >= state.now, "time never falls");
    const { stallClampMs, heartbeatMs } = state.options;
    const late = now - state.timer.deadline;
    if (state.role.kind !== "leader" && late > stallClampMs) state.timer.shift(late + heartbeatMs);
    state.now = now;
  }

  #dispatch(input: Input): void {
    const state = this.#state;
    switch (input.kind) {
      case "tick":
        return this.#tick();
      case "message":
        return onMessage(state, input.message);
      case "propose":
        return this.#propose(input.proposals);
      case "read-index":
        return this.#readIndex(input.token);
      case "persisted":
        return this.#persisted(input.seq);
      case "state-durable":
        return this.#stateDurable(input.index);
      case "entries-fetched":
        if (state.role.kind === "leader") {
          onEntriesFetched(state, state.role, input.fetchId, input.entries);
        }
        return;
      case "change-membership":
      case "transfer-leadership":
      case "snapshot-opened":
      case "snapshot-closed":
      case "snapshot-staged":
        return;
      case "peer-gone":
        return onPeerGone(state, input.peer);
      case "peer-disconnected":
      case "peer-connected":
        return this.#peerConnection(input.peer);
      default:
        return assertNever(input, "input");
    }
  }

  #tick(): void {
    const state = this.#state;
    const { role, options } = state;
    if (role.kind === "leader") {
      if (state.now - role.rounds.contactAt >= options.electionTimeoutMs) {
        becomeFollower(state, undefined, "no contact with a quorum");
      } else if (state.now >= role.nextHeartbeatAt) {
        heartbeat(state, role);
        confirmAlone(state, role);
      }
      return;
    }
    const asked = state.reads.oldestAskedAt;
    if (asked !== undefined && state.now - asked >= options.electionTimeoutMs) {
      failForwardedReads(state);
    }
    if (state.now >= state.timer.deadline) campaign(state);
  }

  #propose(proposals: readonly Proposal[]): void {
    const { role, outbox } = this.#state;
    if (role.kind === "leader") return propose(this.#state, role, proposals);
    for (const { token } of proposals) {
      outbox.outcomes.push({ kind: "refused", token, reason: "not-leader" });
    }
  }

  #readIndex(token: Token): void {
    const state = this.#state;
    const { role, reads, options } = state;
    if (role.kind === "leader") return addRead(state, role, { kind: "local", token });
    const leader = knownLeader(state);
    if (leader === undefined || reads.count >= options.pendingReadsMax) {
      state.outbox.outcomes.push({ kind: "read-failed", token });
      return;
    }
    reads.add(token);
  }

  #persisted(seq: WriteSeq): void {
    const state = this.#state;
    const released = state.persist.persisted(seq);
    if (released === undefined) return;
    state.log.advanceDurable(released.durable);
    for (const message of released.messages) {
      // An acknowledgement to a leader of the past would count for a log that may have moved on.
      const stale = message.kind === "append-accepted" && message.term < state.term;
      if (!stale) state.outbox.messages.push(message);
    }
    for (const term of released.selfVotes) onSelfVoteDurable(state, term);
    if (state.role.kind === "leader") {
      advanceCommit(state, state.role);
      releaseQuota(state, state.role);
    }
  }

  /** The log is dropped up to what nobody asks for any more, less a rest for members that come back. */
  #stateDurable(applied: LogIndex): void {
    const state = this.#state;
    const { log, options, role } = state;
    const floor =
      role.kind === "leader"
        ? role.peers.reduce((least, { match }) => Math.min(least, match), log.durable)
        : state.floor;
    const free = Math.min(applied, floor);
    const heavy = Math.min(free, log.beyondTrailing(options.trailingBytes));
    const upTo = Math.max(free - options.trailingEntries, heavy);
    // In steps, so that a record of it is not written with every entry.
    const step = upTo === heavy ? 1 : Math.max(1, options.trailingEntries / 4);
    if (upTo < log.compacted.index + step) return;
    const membership = state.memberships.compact(upTo);
    state.outbox.compact = { upTo: log.compact(upTo), membership };
  }

  /** What was on its way to the peer, or asked of it, may be lost. */
  #peerConnection(peer: MemberId): void {
    const state = this.#state;
    if (state.role.kind === "leader") peerOf(state.role, peer)?.disconnected();
    else if (knownLeader(state) === peer) failForwardedReads(state);
  }
}
