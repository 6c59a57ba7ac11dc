import type { MemberId, Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import type { Draft } from "../faults/draw-change.ts";
import type { Operation } from "../model/command.ts";
import type { ConnectionNews } from "../network/connections.ts";
import type { Way } from "../network/partition.ts";
import type { Boundary } from "../node/machine.ts";

/** Machines are named by their slot, spans by their length, so that a decision can be moved in time. */
export type MachineFault =
  | { readonly kind: "kill"; readonly machine: number; readonly power: boolean }
  /** It will be struck down at the next such moment. */
  | {
      readonly kind: "doom";
      readonly machine: number;
      readonly boundary: Boundary;
      readonly power: boolean;
      readonly returnsAtOnce: boolean;
    }
  | { readonly kind: "pause"; readonly machine: number; readonly ms: Millis }
  | { readonly kind: "clock-leap"; readonly machine: number; readonly ms: Millis }
  | { readonly kind: "disk-stall"; readonly machine: number; readonly ms: Millis }
  | { readonly kind: "write-error"; readonly machine: number }
  /** It is asked for a read, and nobody waits for the answer. */
  | { readonly kind: "peek"; readonly machine: number }
  /** Commands that nobody waits for, all at once; their payloads have these lengths. */
  | { readonly kind: "burst"; readonly machine: number; readonly lengths: readonly number[] };

export type LinkFault =
  /** Each way is cut for a time of its own. */
  | {
      readonly kind: "partition";
      readonly ways: readonly Way[];
      readonly ms: readonly Millis[];
    }
  | { readonly kind: "cut-off"; readonly ways: readonly Way[]; readonly ms: Millis }
  | { readonly kind: "clog"; readonly ways: readonly Way[]; readonly ms: Millis }
  /** All others hear that its process is gone, and what they send it is held back. */
  | { readonly kind: "slander"; readonly machine: number; readonly ms: Millis }
  /** A transport says something that may not be so. */
  | {
      readonly kind: "rumour";
      readonly machine: number;
      readonly news: ConnectionNews;
      readonly about: number;
    };

/** What travels from machine to machine: a message, or a piece of a state. */
export type Carried = Message["kind"] | "visit";

/** What chance did to the `nth` of a kind on one link. */
export type MessageFault =
  | MessageFate<"lost">
  | MessageFate<"repeated">
  | (MessageFate<"delayed"> & {
      /** Of a message that is repeated, the second. */
      readonly second: boolean;
      /** It takes so many times as long as usual, and so much longer. */
      readonly times: number;
      readonly ms: Millis;
    });

interface MessageFate<Kind extends string> {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly carried: Carried;
  readonly nth: number;
}

export type OperatorAct =
  | { readonly kind: "transfer"; readonly machine: number; readonly to: MemberId | undefined }
  | { readonly kind: "change-membership"; readonly machine: number; readonly draft: Draft }
  | { readonly kind: "wipe"; readonly machine: number };

export interface ClientOperation {
  readonly kind: "operation";
  readonly client: number;
  readonly machine: number;
  readonly operation: Operation;
  /** Of the payload; known when the operation arrives. */
  length: number;
}

export type Act = MachineFault | LinkFault | MessageFault | OperatorAct | ClientOperation;

/** Something that chance decided in a run. A run can be had again from these, and from fewer. */
export interface Decision<Of extends Act = Act> {
  readonly at: Millis;
  readonly act: Of;
}

export function isMessageFault(act: Act): act is MessageFault {
  return act.kind === "lost" || act.kind === "repeated" || act.kind === "delayed";
}

export function isOperatorAct(act: Act): act is OperatorAct {
  return act.kind === "transfer" || act.kind === "change-membership" || act.kind === "wipe";
}
