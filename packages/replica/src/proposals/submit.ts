import { type Clock, type HoldfastError, toByteString } from "@holdfast/base";
import type { OperationResult } from "@holdfast/state-machine";
import type { ReplicaCall, SessionBatch } from "../replica-api.ts";
import { CallAbortedError, NoLeaderError, OverloadedError } from "../replica-errors.ts";
import type { Proposer } from "./proposer.ts";

/** Proposes a client's batch as it is, in the client's own session. */
export function submitBatch(
  proposer: Proposer,
  clock: Clock,
  batch: SessionBatch,
  call: ReplicaCall,
): Promise<readonly OperationResult[]> {
  const { bytes, session, firstSequence, count } = batch;
  if (call.signal?.aborted === true) {
    return Promise.reject(new CallAbortedError("the caller had given it up", "not-applied"));
  }
  if (proposer.isBehind || !proposer.hasRoomFor(count, bytes.length)) {
    return Promise.reject(new OverloadedError("too many operations are under way on this node"));
  }
  if (call.requireLeader === true && !proposer.hasLeader) {
    return Promise.reject(new NoLeaderError("no leader is known"));
  }
  const { noSpace } = proposer;
  if (noSpace !== undefined) return Promise.reject(noSpace);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new CallAbortedError("the caller gave the batch up", "unknown"));
    };
    call.signal?.addEventListener("abort", abort);
    const finish = (): void => call.signal?.removeEventListener("abort", abort);
    proposer.add({
      session: toByteString(session),
      firstSequence,
      count,
      bytes,
      deadline: call.deadline,
      timesSent: 0,
      timesRefused: 0,
      sentAt: clock.now(),
      acceptedInTerm: undefined,
      settle: (results: readonly OperationResult[]) => {
        finish();
        resolve(results);
      },
      fail: (failure: HoldfastError) => {
        finish();
        reject(failure);
      },
    });
  });
}
