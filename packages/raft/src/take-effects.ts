import { knownLeader } from "./election/roles.ts";
import { Outbox } from "./outbox.ts";
import type { RaftState } from "./raft-state.ts";
import type { Effects, PersistBatch } from "./types/effects.ts";

/** Hands out what has come up; one batch of inputs makes one write and one message a peer. */
export function takeEffects(state: RaftState): Effects | undefined {
  const { outbox } = state;
  askForReads(state);
  const persist = takePersist(state);
  const effects: Effects = {
    persist,
    messages: outbox.messages,
    applyTo: state.log.applicable,
    fetches: outbox.fetches,
    snapshotsWanted: [],
    snapshotFetch: undefined,
    snapshotDropped: undefined,
    outcomes: outbox.outcomes,
    transitions: outbox.transitions,
  };
  Object.assign(outbox, new Outbox());
  const { lastApplyTo } = state;
  state.lastApplyTo = effects.applyTo;
  const empty =
    persist === undefined &&
    effects.messages.length === 0 &&
    effects.fetches.length === 0 &&
    effects.outcomes.length === 0 &&
    effects.transitions.length === 0 &&
    effects.applyTo === lastApplyTo;
  return empty ? undefined : effects;
}

/** A follower's reads of this batch share one question to the leader. */
function askForReads(state: RaftState): void {
  const leader = knownLeader(state);
  if (leader === undefined || leader === state.id) return;
  const id = state.reads.ask(state.now);
  if (id === undefined) return;
  const { term } = state;
  state.outbox.messages.push({ kind: "read-index-request", from: state.id, to: leader, term, id });
}

function takePersist(state: RaftState): PersistBatch | undefined {
  const { outbox, log, persist } = state;
  const needed = outbox.hardStateDirty || log.hasUnflushed || outbox.compact !== undefined;
  if (!needed) {
    if (persist.idle) outbox.messages.push(...outbox.held);
    else if (outbox.held.length > 0) persist.hold(outbox.held);
    return undefined;
  }
  // The commit index goes along for free; by itself it is never worth a write.
  const hardState = { term: state.term, vote: state.vote, commit: log.applicable };
  const entries = log.takeUnflushed();
  const seq = persist.push(log.last.index, outbox.held, outbox.selfVote);
  return { seq, hardState, entries, compact: outbox.compact, install: undefined };
}
