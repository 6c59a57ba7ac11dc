import type { Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";

/** A span of time; an open one has not ended yet. */
export interface Span {
  readonly from: Millis;
  to: Millis;
}

export interface RoleSpan extends Span {
  readonly role: string;
  readonly term: number;
}

export interface LifeSpan extends Span {
  /** How it ended; empty while it goes on. */
  end: string;
  power: boolean;
}

/** How far a node's log, what it knows to be committed, and its state were. */
export type Progress = readonly [at: Millis, last: number, commit: number, applied: number];

/** What happens in single moments: configurations, states that came from a leader. */
export type MarkKind = "membership" | "snapshot";

export interface NodeStory {
  readonly lives: LifeSpan[];
  readonly roles: RoleSpan[];
  readonly pauses: Span[];
  readonly stalls: Span[];
  readonly progress: Progress[];
  readonly marks: { readonly at: Millis; readonly kind: MarkKind; readonly text: string }[];
}

export interface CutStory extends Span {
  readonly link: readonly [from: number, to: number];
}

export interface MessageStory {
  readonly at: Millis;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
  /** When it arrived, or where it is known not to. */
  ends: Millis | undefined;
  /** The second time. */
  again: Millis | undefined;
  fails: string | undefined;
}

export type CallOutcome = "done" | "refused" | "unknown";

export interface OperationStory {
  readonly at: Millis;
  readonly isRead: boolean;
  /** Who asks for what. */
  readonly text: string;
  ends: Millis | undefined;
  outcome: "open" | CallOutcome;
  answer: string;
}

export interface FaultStory {
  readonly at: Millis;
  /** Its kind. */
  readonly fault: string;
  readonly text: string;
}

/** What was seen of one run. */
export interface Story {
  readonly nodes: readonly NodeStory[];
  readonly cuts: readonly CutStory[];
  readonly messages: readonly MessageStory[];
  /** Was about to leave when the run ended. */
  readonly held: MessageStory | undefined;
  /** Messages that were sent before those that are kept. */
  readonly messagesForgotten: number;
  readonly operations: readonly OperationStory[];
  readonly faults: readonly FaultStory[];
  readonly phases: readonly { readonly at: Millis; readonly name: string }[];
  /** The machine that took the last turn. */
  readonly lastTurn: number | undefined;
}
