import type { Millis } from "@holdfast/base";
import type { Membership, Message } from "@holdfast/raft";
import type { Decision } from "./decisions/decision.ts";
import type { Restart } from "./decisions/script.ts";
import type { Operation } from "./model/command.ts";
import type { Life } from "./node/life.ts";

/** What becomes of a message that left; told as it comes about. */
export interface Flight {
  arrives(at: Millis): void;
  /** It arrives nowhere, or not this time. */
  fails(at: Millis, why: "lost" | "cut" | "connection" | "nobody" | "inbox"): void;
}

/** One step of what a client goes through. */
export type OperationNews =
  | { readonly kind: "called"; readonly machine: number; readonly operation: Operation }
  | { readonly kind: "done"; readonly value: number; readonly written: boolean }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unknown" };

/**
 * Sees a run from outside, as it happens. Everything is optional, and what nobody listens to
 * costs a comparison with `undefined`. An observer must change nothing: the course of the run is the same.
 */
export interface Observer {
  decided?(decision: Decision): void;
  restarts?(restart: Restart): void;
  phase?(at: Millis, name: string): void;
  lifeBegan?(at: Millis, life: Life): void;
  lifeEnded?(at: Millis, life: Life, power: boolean, reason: string): void;
  pauseEnded?(at: Millis, machine: number): void;
  /** The core took a turn. */
  turned?(at: Millis, life: Life): void;
  membership?(at: Millis, machine: number, membership: Membership): void;
  snapshot?(at: Millis, machine: number, what: "staged" | "installed"): void;
  cut?(at: Millis, from: number, to: number, until: Millis): void;
  healed?(at: Millis, machines: readonly number[]): void;
  /** A message is about to leave; whether it may is judged next. */
  leaves?(at: Millis, life: Life, message: Message): void;
  /** It leaves; the answer is told what becomes of it. */
  sends?(at: Millis, from: number, to: number, message: Message): Flight;
  operation?(at: Millis, number: number, client: number, news: OperationNews): void;
}
