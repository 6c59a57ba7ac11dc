import { fromByteString, type MemberId, SeededRandom } from "@holdfast/base";
import {
  decodeBatch,
  decodeBatchHeader,
  type Operation,
  type OperationResult,
} from "@holdfast/state-machine";
import { NodeSession } from "../src/proposals/node-session.ts";
import { Proposer } from "../src/proposals/proposer.ts";
import type { Intake } from "../src/space/space-watch.ts";
import { ManualTime } from "./manual-time.ts";

export const SELF = 1 as MemberId;
export const OTHER = 2 as MemberId;
/** Up to where the log is applied. */
export const APPLIED = 7;

export function put(key: string): Operation {
  return {
    kind: "put",
    key: fromByteString(key),
    value: fromByteString("v"),
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  };
}

/** A node whose core is played by the test: it sees what is proposed or forwarded and says what is applied. */
export function stage() {
  const time = new ManualTime();
  const state = {
    leader: SELF as MemberId | undefined,
    term: 1,
    behind: false,
    intake: "open" as Intake,
  };
  const log: { readonly token: number; readonly bytes: Uint8Array }[] = [];
  const forwarded: Uint8Array[] = [];
  const proposer = new Proposer({
    self: SELF,
    clock: time,
    pendingOperationsMax: 1000,
    pendingBytesMax: 1_000_000,
    retryMs: 1000,
    sweepMs: 100,
    leader: () => state.leader,
    term: () => state.term,
    isBehind: () => state.behind,
    intake: () => state.intake,
    shortage: () => "data/n1 is nearly full",
    propose: (token, bytes) => log.push({ token, bytes }),
    send: (_to, message) => {
      if (message.kind === "forward") forwarded.push(message.batch);
    },
  });
  const session = new NodeSession({
    clock: time,
    turn: time,
    random: new SeededRandom(1),
    proposer,
    applied: () => APPLIED,
    batchOperationsMax: 64,
    entryBytesMax: 10_000,
    operationsMax: 100,
    bytesMax: 20_000,
    sweepMs: 100,
  });
  /** Applies what was proposed, in order, each operation once. */
  const apply = async (
    reason?: "session-expired",
    { openings = true }: { readonly openings?: boolean } = {},
  ): Promise<void> => {
    for (const { bytes } of log.splice(0)) {
      const header = decodeBatchHeader(bytes);
      if (header === undefined) throw new Error("a batch has a header");
      const results = decodeBatch(bytes).operations.map((operation): OperationResult => {
        const isOpening = operation.kind === "session-open";
        if (isOpening && openings) return { kind: "session-open", revision: 1 };
        if (reason !== undefined) return { kind: "failed", revision: 1, failure: { reason } };
        return { kind: "put", revision: 2, prevKv: undefined };
      });
      proposer.applied({ ...header, results });
    }
    await time.turn();
  };
  const opened = async (): Promise<void> => {
    const first = session.propose(put("first"), { deadline: 5_000 });
    await time.turn();
    await apply();
    await apply();
    await first;
  };
  return { time, state, log, forwarded, proposer, session, apply, opened };
}
