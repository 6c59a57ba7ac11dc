import { assert, type LogIndex, type MemberId, type Millis, type Random } from "@holdfast/base";
import { hurry } from "./election/campaign.ts";
import { ElectionTimer } from "./election/election-timer.ts";
import { ForwardedReads } from "./follower/forwarded-reads.ts";
import { RaftLog, type RestoredLog } from "./log/raft-log.ts";
import type { MembershipCodec } from "./membership/membership-codec.ts";
import { type DatedMembership, MembershipHistory } from "./membership/membership-history.ts";
import { Outbox } from "./outbox.ts";
import { PersistQueue } from "./persist/persist-queue.ts";
import type { RaftOptions } from "./raft-options.ts";
import type { RaftState } from "./raft-state.ts";
import type { TraceSink } from "./trace/trace-event.ts";
import type { HardState } from "./types/hard-state.ts";
import type { Membership } from "./types/membership.ts";

/** What a core begins with: an empty store just born, or what its disk held. */
export interface Restored {
  readonly hardState: HardState;
  readonly log: RestoredLog;
  /** The configuration at the compacted index. */
  readonly membership: Membership;
  /** The membership entries behind it, ascending. */
  readonly memberships: readonly DatedMembership[];
}

export interface RaftParts {
  readonly id: MemberId;
  readonly options: RaftOptions;
  readonly random: Random;
  readonly membershipCodec: MembershipCodec;
  readonly restored: Restored;
  /** Of the clock that later calls are made with. */
  readonly now: Millis;
  /** Told everything that this member does (docs/trace-format.md). Costs nothing where it is absent. */
  readonly trace?: TraceSink | undefined;
}

const NEVER: LogIndex = 0;

/** Every member starts as a follower, a single voter too. */
export function makeState(parts: RaftParts): RaftState {
  const { id, options, random, membershipCodec, restored, now, trace } = parts;
  const base = { index: restored.log.compacted.index, membership: restored.membership };
  const state: RaftState = {
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
    hastyElections: 0,
    floor: NEVER,
    lastFetchId: 0,
    lastEpoch: 0,
    lastApplyTo: NEVER,
    handover: undefined,
    offer: undefined,
    timer: new ElectionTimer(options, random, now),
    log: new RaftLog(restored.log, options),
    memberships: new MembershipHistory(base, restored.memberships),
    membershipCodec,
    reads: new ForwardedReads(random),
    persist: new PersistQueue(restored.hardState.term),
    outbox: new Outbox(),
    trace,
  };
  hurry(state, 0);
  assert(state.term >= state.log.last.term, "the term covers the log");
  return state;
}
