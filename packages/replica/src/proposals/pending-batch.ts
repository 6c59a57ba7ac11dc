import type { ByteString, HoldfastError, Millis, Term } from "@holdfast/base";
import type { OperationResult } from "@holdfast/state-machine";

/**
 * A batch on its way into the log, kept until it is applied here or nobody waits
 * for it any more.
 */
export interface PendingBatch {
  readonly session: ByteString;
  readonly firstSequence: number;
  readonly count: number;
  readonly bytes: Uint8Array;
  /** The last moment at which somebody still waits. */
  readonly deadline: Millis;
  /** How often it was proposed or forwarded. */
  timesSent: number;
  /** How often that was refused: if each time, it is certainly in no log. */
  timesRefused: number;
  sentAt: Millis;
  /** This node leads that term and has it in its log: it need not be proposed again. */
  acceptedInTerm: Term | undefined;
  /** Everybody's answer, in order. */
  settle(results: readonly OperationResult[]): void;
  fail(failure: HoldfastError): void;
}

export function batchKey(session: ByteString, firstSequence: number): string {
  return `${session}/${firstSequence}`;
}
