import { assert } from "@holdfast/base";
import { knownLeader } from "./election/roles.ts";
import type { Outbox } from "./outbox.ts";
import type { RaftState } from "./raft-state.ts";
import { traceMessage } from "./trace/trace-event.ts";
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
    snapshotsWanted: outbox.snapshotsWanted,
    snapshotFetch: outbox.snapshotFetch,
    snapshotDropped: outbox.snapshotDropped,
    outcomes: outbox.outcomes,
    transitions: outbox.transitions,
  };
  const empty = persist === undefined && isIdle(outbox) && effects.applyTo === state.lastApplyTo;
  if (empty) return undefined;
  assert(effects.applyTo >= state.lastApplyTo, "what may be applied never falls");
  state.lastApplyTo = effects.applyTo;
  outbox.clear();
  if (state.trace !== undefined) {
    for (const message of effects.messages) traceMessage(state, "Send", message);
  }
  return effects;
}

/** Whether nothing has come up; what was to be written is taken already. */
function isIdle(outbox: Outbox): boolean {
  return (
    outbox.messages.length === 0 &&
    outbox.outcomes.length === 0 &&
    outbox.transitions.length === 0 &&
    outbox.fetches.length === 0 &&
    outbox.snapshotsWanted.length === 0 &&
    outbox.snapshotFetch === undefined &&
    outbox.snapshotDropped === undefined
  );
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
  const { compact, install } = outbox;
  const changed = compact !== undefined || install !== undefined;
  if (!outbox.hardStateDirty && !log.hasUnflushed && !changed) {
    if (persist.idle) outbox.messages.push(...outbox.held);
    else if (outbox.held.length > 0) persist.hold(outbox.held);
    outbox.held = [];
    return undefined;
  }
  // The commit index goes along for free; by itself it is never worth a write.
  const hardState = { term: state.term, vote: state.vote, commit: log.applicable };
  const entries = log.takeUnflushed();
  const { held: messages, selfVote } = outbox;
  const { now: at, term } = state;
  const installs = install !== undefined;
  const seq = persist.push({ lastIndex: log.last.index, messages, selfVote, at, term, installs });
  return { seq, hardState, entries, compact, install };
}
