import {
  type Clock,
  FIRST_GROUP,
  HoldfastError,
  type Logger,
  type LogIndex,
  type MemberId,
  type Random,
  type Turn,
} from "@holdfast/base";
import { type MembershipCodec, Raft, type RaftOptions } from "@holdfast/raft";
import { StateMachine } from "@holdfast/state-machine";
import { type Engine, StateStore, type WalRecovered } from "@holdfast/storage";
import { runSteps } from "./run-steps.ts";

export interface MemberStateParts {
  readonly id: MemberId;
  readonly raftOptions: RaftOptions;
  readonly recovered: WalRecovered;
  readonly membershipCodec: MembershipCodec;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: Random;
  readonly logger: Logger;
  openEngine(directory: string): Promise<Engine>;
}

/** What a member of a cluster consists of. */
export interface MemberState {
  readonly engine: Engine;
  readonly store: StateStore;
  readonly machine: StateMachine;
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
  const engine = await parts.openEngine(recovered.head.stateDirectory);
  try {
    return await openOn(engine, parts);
  } catch (failure) {
    await engine.close();
    throw failure;
  }
}

async function openOn(engine: Engine, parts: MemberStateParts): Promise<MemberState> {
  const { recovered, clock, turn, logger } = parts;
  const store = StateStore.open({ engine, clock, turn, logger });
  const machine = new StateMachine({ group: FIRST_GROUP, writer: store });
  const reads = store.applyReads();
  const rows = { get: reads.peek, scan: reads.scan };
  await runSteps(machine.open(), rows, turn);
  const applied = machine.applied.index;
  checkConsistent(recovered, applied);
  return { engine, store, machine, raft: makeCore(parts, applied) };
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
  const { recovered, membershipCodec, id, random, raftOptions, clock } = parts;
  const { head } = recovered;
  const { hardState, compacted } = head;
  return new Raft({
    id,
    options: raftOptions,
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
