import { HoldfastError, type LogIndex, type MemberId, type Random } from "@holdfast/base";
import { type MembershipCodec, Raft } from "@holdfast/raft";
import type { WalRecovered } from "@holdfast/storage";
import type { ReplicaOptions } from "./replica-options.ts";
import { type AppliedState, type AppliedStateParts, openAppliedState } from "./state-at-work.ts";

export interface MemberStateParts extends AppliedStateParts {
  readonly id: MemberId;
  readonly options: Pick<ReplicaOptions, "raft" | "sliceMs" | "state">;
  readonly recovered: WalRecovered;
  readonly membershipCodec: MembershipCodec;
  readonly random: Random;
}

/** What a member of a cluster consists of. */
export interface MemberState {
  readonly applied: AppliedState;
  readonly raft: Raft;
}

/** Log and state of this store contradict each other: something durable was lost, so it must not take part. */
export class StoreInconsistentError extends HoldfastError {
  readonly code = "STORE_INCONSISTENT";
  readonly outcome = "unknown";
  readonly retryable = false;
}

/**
 * Opens the applied state that the log names and makes a core of what the log
 * held (raft.md §7). Refuses to start where that could break a promise made
 * before; nothing is repaired here.
 */
export async function openMemberState(parts: MemberStateParts): Promise<MemberState> {
  const { recovered } = parts;
  const applied = await openAppliedState(recovered.head.stateDirectory, parts);
  try {
    const { index } = applied.machine.applied;
    checkConsistent(recovered, index);
    return { applied, raft: makeCore(parts, index) };
  } catch (failure) {
    await applied.store.close();
    await applied.engine.close();
    throw failure;
  }
}

function checkConsistent({ head, lastIndex }: WalRecovered, applied: LogIndex): void {
  const floor = Math.max(applied, head.hardState.commit);
  if (floor > lastIndex) {
    throw new StoreInconsistentError(
      `the state is applied up to entry ${applied} and entry ${head.hardState.commit} is committed, ` +
        `but the log ends at ${lastIndex}: its end was lost. Remove this node's directory and let the cluster rebuild it.`,
    );
  }
  if (applied < head.compacted.index) {
    throw new StoreInconsistentError(
      `the log begins behind entry ${head.compacted.index}, but the state ends at ${applied}: ` +
        "state was lost. Remove this node's directory and let the cluster rebuild it.",
    );
  }
}

function makeCore(parts: MemberStateParts, applied: LogIndex): Raft {
  const { recovered, membershipCodec, id, random, options, clock } = parts;
  const { head } = recovered;
  const { hardState, compacted } = head;
  return new Raft({
    id,
    options: options.raft,
    random,
    membershipCodec,
    now: clock.now(),
    restored: {
      hardState,
      log: {
        compacted,
        termRuns: recovered.termRuns,
        lastIndex: recovered.lastIndex,
        commit: Math.max(hardState.commit, applied, compacted.index),
      },
      membership: membershipCodec.decode(head.membership),
      memberships: recovered.memberships.map(({ index, payload }) => ({
        index,
        membership: membershipCodec.decode(payload),
      })),
    },
  });
}
