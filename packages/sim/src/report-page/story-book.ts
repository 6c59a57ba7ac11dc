import type { Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import type { Flight } from "../observer.ts";
import type {
  CallOutcome,
  CutStory,
  FaultStory,
  MarkKind,
  MessageStory,
  NodeStory,
  OperationStory,
  Span,
  Story,
} from "./story.ts";

/** More messages than these are forgotten, the oldest first. */
const MESSAGES_KEPT = 200_000;

/** Gathers the story of a run, of whichever lane; nodes are named by their slots. */
export class StoryBook {
  readonly #nodes: NodeStory[] = [];
  readonly #cuts: CutStory[] = [];
  readonly #lastCut = new Map<string, CutStory>();
  #messages: MessageStory[] = [];
  #messagesForgotten = 0;
  #held: MessageStory | undefined;
  readonly #operations: OperationStory[] = [];
  readonly #byNumber = new Map<number, OperationStory>();
  readonly #faults: FaultStory[] = [];
  readonly #phases: { at: Millis; name: string }[] = [];
  /** The node that took the last turn. */
  lastTurn: number | undefined;

  /** What was told; spans that were open end with the run. */
  story(end: Millis): Story {
    for (const { lives, roles, pauses, stalls } of this.#nodes) {
      for (const span of [...lives, ...roles, ...pauses, ...stalls]) endBy(span, end);
    }
    for (const cut of this.#cuts) endBy(cut, end);
    return {
      nodes: this.#nodes,
      cuts: this.#cuts,
      messages: this.#messages,
      held: this.#held,
      messagesForgotten: this.#messagesForgotten,
      operations: this.#operations,
      faults: this.#faults,
      phases: this.#phases,
      lastTurn: this.lastTurn,
    };
  }

  phase(at: Millis, name: string): void {
    this.#phases.push({ at, name });
  }

  fault(fault: FaultStory): void {
    this.#faults.push(fault);
  }

  lifeBegan(at: Millis, node: number): void {
    const life = { from: at, to: Number.POSITIVE_INFINITY, end: "", power: false };
    this.#node(node).lives.push(life);
  }

  lifeEnded(
    at: Millis,
    node: number,
    how: { readonly power: boolean; readonly end: string },
  ): void {
    const { lives, roles } = this.#node(node);
    const life = lives.at(-1);
    if (life !== undefined) Object.assign(life, { to: at, ...how });
    const role = roles.at(-1);
    if (role !== undefined) role.to = at;
  }

  pauses(at: Millis, node: number, ms: Millis): void {
    extend(this.#node(node).pauses, at, ms);
  }

  pauseEnded(at: Millis, node: number): void {
    endBy(this.#nodes[node]?.pauses.at(-1), at);
  }

  stalls(at: Millis, node: number, ms: Millis): void {
    extend(this.#node(node).stalls, at, ms);
  }

  role(at: Millis, node: number, role: string, term: number): void {
    const { roles } = this.#node(node);
    const known = roles.at(-1);
    if (known !== undefined && known.to > at && known.role === role && known.term === term) return;
    endBy(known, at);
    roles.push({ from: at, to: Number.POSITIVE_INFINITY, role, term });
  }

  /** How far its log, what it knows to be committed, and its state are. */
  progress(at: Millis, node: number, last: number, commit: number, applied: number): void {
    const { progress } = this.#node(node);
    const known = progress.at(-1);
    if (known?.[1] === last && known[2] === commit && known[3] === applied) return;
    progress.push([at, last, commit, applied]);
  }

  mark(at: Millis, node: number, kind: MarkKind, text: string): void {
    this.#node(node).marks.push({ at, kind, text });
  }

  cut(at: Millis, from: number, to: number, until: Millis): void {
    const key = `${from}>${to}`;
    const known = this.#lastCut.get(key);
    if (known !== undefined && known.to >= at) {
      known.to = Math.max(known.to, until);
      return;
    }
    const cut: CutStory = { from: at, to: until, link: [from, to] };
    this.#lastCut.set(key, cut);
    this.#cuts.push(cut);
  }

  healed(at: Millis, nodes: readonly number[]): void {
    for (const cut of this.#lastCut.values()) {
      if (cut.link.every((slot) => nodes.includes(slot))) endBy(cut, at);
    }
    for (const slot of nodes) endBy(this.#nodes[slot]?.stalls.at(-1), at);
  }

  /** A message is about to leave. */
  leaves(at: Millis, from: number, to: number, message: Message): void {
    this.#held = newMessage(at, from, to, message);
  }

  sends(at: Millis, from: number, to: number, message: Message): Flight {
    this.#held = undefined;
    const story = newMessage(at, from, to, message);
    this.#messages.push(story);
    if (this.#messages.length >= 2 * MESSAGES_KEPT) {
      this.#messagesForgotten += MESSAGES_KEPT;
      this.#messages = this.#messages.slice(MESSAGES_KEPT);
    }
    return {
      arrives(when) {
        if (story.ends === undefined || story.fails !== undefined) story.ends = when;
        else story.again = when;
        story.fails = undefined;
      },
      fails(when, why) {
        if (story.ends !== undefined) return;
        story.ends = when;
        story.fails = why;
      },
    };
  }

  called(number: number, asked: Pick<OperationStory, "at" | "isRead" | "text">): void {
    const story: OperationStory = { ...asked, ends: undefined, outcome: "open", answer: "" };
    this.#operations.push(story);
    this.#byNumber.set(number, story);
  }

  callEnded(at: Millis, number: number, outcome: CallOutcome, answer: string): void {
    const story = this.#byNumber.get(number);
    if (story === undefined) return;
    this.#byNumber.delete(number);
    Object.assign(story, { ends: at, outcome, answer });
  }

  #node(slot: number): NodeStory {
    while (this.#nodes.length <= slot) {
      this.#nodes.push({ lives: [], roles: [], pauses: [], stalls: [], progress: [], marks: [] });
    }
    return this.#nodes[slot] as NodeStory;
  }
}

function endBy(span: Span | undefined, at: Millis): void {
  if (span !== undefined) span.to = Math.min(span.to, at);
}

function newMessage(at: Millis, from: number, to: number, message: Message): MessageStory {
  return { at, from, to, message, ends: undefined, again: undefined, fails: undefined };
}

function extend(spans: Span[], at: Millis, ms: Millis): void {
  const last = spans.at(-1);
  if (last !== undefined && last.to >= at) last.to = Math.max(last.to, at + ms);
  else spans.push({ from: at, to: at + ms });
}
