import type { Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import type { ReplicaStatus } from "@holdfast/replica";
import type { Flight } from "../observer.ts";
import type { CallOutcome } from "../report-page/story.ts";
import type { ServerFaultKind } from "./plan/server-plan.ts";

export interface CallAsked {
  readonly at: Millis;
  readonly isRead: boolean;
  /** Who asks for what. */
  readonly text: string;
}

/**
 * Sees a run of whole nodes from outside, as it happens; machines are named by their slots. Everything is optional,
 * and what nobody listens to costs a comparison with `undefined`. An observer must change nothing: the
 * course of the run is the same.
 */
export interface ServerObserver {
  phase?(at: Millis, name: string): void;
  /** The nemesis or the operator does something. */
  fault?(at: Millis, kind: ServerFaultKind, text: string): void;
  lifeBegan?(at: Millis, machine: number): void;
  lifeEnded?(at: Millis, machine: number, power: boolean, reason: string): void;
  pauses?(at: Millis, machine: number, ms: Millis): void;
  stalls?(at: Millis, machine: number, ms: Millis): void;
  cut?(at: Millis, from: number, to: number, until: Millis): void;
  /** Links between these, their disks and processes go on. */
  healed?(at: Millis, machines: readonly number[]): void;
  /** Where a replica stands: whenever it says that something has changed, and at each look. */
  seen?(at: Millis, machine: number, status: ReplicaStatus): void;
  snapshot?(at: Millis, machine: number, what: "received" | "installed"): void;
  /** A message of Raft leaves; the answer is told what becomes of it. */
  sends?(at: Millis, from: number, to: number, message: Message): Flight;
  called?(number: number, asked: CallAsked): void;
  callEnded?(at: Millis, number: number, outcome: CallOutcome, answer: string): void;
  /** It was this one that a promise was seen broken of. */
  broke?(machine: number): void;
}
