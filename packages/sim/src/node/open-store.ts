import { assert } from "@holdfast/base";
import type { Restored } from "@holdfast/raft";
import type { EngineDisk } from "../disk/engine-disk.ts";
import type { LogImage } from "../disk/log-image.ts";
import { RegisterState } from "../model/register-state.ts";
import { require } from "../violation.ts";
import type { Machine } from "./machine.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a start finds on its disk. */
export interface OpenedStore {
  readonly log: LogImage;
  readonly engine: EngineDisk;
  readonly state: RegisterState;
  readonly restored: Restored;
}

/** Reads a store as the replica does at a start, and refuses it where log and state contradict each other. */
export function openStore({ store, slot }: Machine, around: Surroundings): OpenedStore {
  const { defects, operations } = around;
  assert(store.log !== undefined, "only a born store is opened");
  const log = store.log.recover({ syncs: !defects.has("recovered-log-unsynced") });
  store.keepOnly(log.stateDirectory);
  const engine = store.state(log.stateDirectory);
  require(engine !== undefined, "start", () =>
    `node ${slot}: the log names state ${log.stateDirectory}, and there is none`);
  const state = new RegisterState(operations, engine.recover());
  checkConsistent(slot, log, state);
  return {
    log,
    engine,
    state,
    restored: restoredFrom(log, state, defects.has("vote-not-restored")),
  };
}

function checkConsistent(slot: number, log: LogImage, { applied }: RegisterState): void {
  const floor = Math.max(applied.index, log.hardState.commit);
  require(floor <= log.lastIndex, "start", () =>
    `node ${slot}: applied up to ${applied.index}, commit ${log.hardState.commit}, but the log ends at ${log.lastIndex}: its end was lost`);
  require(applied.index >= log.compacted.index, "start", () =>
    `node ${slot}: the log begins behind ${log.compacted.index}, but the state ends at ${applied.index}: state was lost`);
}

function restoredFrom(log: LogImage, { applied }: RegisterState, forgetsVote: boolean): Restored {
  const { hardState, compacted } = log;
  return {
    hardState: forgetsVote ? { ...hardState, vote: undefined } : hardState,
    log: {
      compacted,
      termRuns: log.termRuns(),
      lastIndex: log.lastIndex,
      commit: Math.max(hardState.commit, applied.index, compacted.index),
    },
    membership: log.baseMembership,
    memberships: log.memberships,
  };
}
