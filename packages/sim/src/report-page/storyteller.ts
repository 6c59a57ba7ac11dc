import type { Millis } from "@holdfast/base";
import { type Membership, type Message, membersOf } from "@holdfast/raft";
import { type Act, type Decision, isMessageFault } from "../decisions/decision.ts";
import { classOf } from "../decisions/fault-class.ts";
import { inWords } from "../decisions/in-words.ts";
import type { Life } from "../node/life.ts";
import { machineOf } from "../node/store.ts";
import type { Flight, Observer, OperationNews } from "../observer.ts";
import type {
  CutStory,
  FaultStory,
  MessageStory,
  NodeStory,
  OperationStory,
  Story,
} from "./story.ts";

/** More messages than these are forgotten, the oldest first. */
const MESSAGES_KEPT = 200_000;

/** Keeps what a page about a run needs. */
export class Storyteller implements Observer {
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
  #lastTurn: number | undefined;

  /** What was told; spans that were open end with the run. */
  story(end: Millis): Story {
    for (const { lives, roles, pauses, stalls } of this.#nodes) {
      for (const span of [...lives, ...roles, ...pauses, ...stalls])
        span.to = Math.min(span.to, end);
    }
    for (const cut of this.#cuts) cut.to = Math.min(cut.to, end);
    return {
      nodes: this.#nodes,
      cuts: this.#cuts,
      messages: this.#messages,
      held: this.#held,
      messagesForgotten: this.#messagesForgotten,
      operations: this.#operations,
      faults: this.#faults,
      phases: this.#phases,
      lastTurn: this.#lastTurn,
    };
  }

  decided({ at, act }: Decision): void {
    if (act.kind === "operation" || isMessageFault(act)) return;
    this.#faults.push({ at, fault: classOf(act), text: inWords(act) });
    this.#spanOf(at, act);
  }

  phase(at: Millis, name: string): void {
    this.#phases.push({ at, name });
  }

  lifeBegan(at: Millis, { machine }: Life): void {
    const life = { from: at, to: Number.POSITIVE_INFINITY, end: "", power: false };
    this.#node(machine.slot).lives.push(life);
  }

  lifeEnded(at: Millis, { machine }: Life, power: boolean, reason: string): void {
    const { lives, roles } = this.#node(machine.slot);
    const life = lives.at(-1);
    if (life !== undefined) Object.assign(life, { to: at, end: reason, power });
    const role = roles.at(-1);
    if (role !== undefined) role.to = at;
  }

  pauseEnded(at: Millis, machine: number): void {
    const pause = this.#node(machine).pauses.at(-1);
    if (pause !== undefined && pause.to > at) pause.to = at;
  }

  turned(at: Millis, life: Life): void {
    const { machine, status, applier } = life;
    this.#lastTurn = machine.slot;
    const { roles, progress } = this.#node(machine.slot);
    const { term, commit, lastIndex } = status;
    const role = roleOf(life);
    const known = roles.at(-1);
    if (known === undefined || known.to <= at || known.role !== role || known.term !== term) {
      if (known !== undefined && known.to > at) known.to = at;
      roles.push({ from: at, to: Number.POSITIVE_INFINITY, role, term });
    }
    const [, last, committed, applied] = progress.at(-1) ?? [];
    if (last !== lastIndex || committed !== commit || applied !== applier.applied) {
      progress.push([at, lastIndex, commit, applier.applied]);
    }
  }

  membership(at: Millis, machine: number, membership: Membership): void {
    const text = membershipInWords(membership);
    this.#node(machine).marks.push({ at, kind: "membership", text });
  }

  snapshot(at: Millis, machine: number, what: "staged" | "installed"): void {
    const text = what === "staged" ? "has a whole state from a leader" : "goes on from that state";
    this.#node(machine).marks.push({ at, kind: "snapshot", text });
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

  healed(at: Millis, machines: readonly number[]): void {
    for (const cut of this.#lastCut.values()) {
      if (cut.link.every((slot) => machines.includes(slot))) cut.to = Math.min(cut.to, at);
    }
    for (const slot of machines) {
      const stall = this.#node(slot).stalls.at(-1);
      if (stall !== undefined) stall.to = Math.min(stall.to, at);
    }
  }

  leaves(at: Millis, { machine }: Life, message: Message): void {
    this.#held = newMessage(at, machine.slot, machineOf(message.to), message);
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

  operation(at: Millis, number: number, client: number, news: OperationNews): void {
    if (news.kind === "called") {
      const { machine, operation } = news;
      const story: OperationStory = {
        at,
        number,
        client,
        machine,
        operation,
        ends: undefined,
        outcome: "open",
        answer: "",
      };
      this.#operations.push(story);
      this.#byNumber.set(number, story);
      return;
    }
    const story = this.#byNumber.get(number);
    if (story === undefined) return;
    this.#byNumber.delete(number);
    story.ends = at;
    story.outcome = news.kind;
    if (news.kind === "done") story.answer = answerInWords(story.operation.kind, news);
    if (news.kind === "refused") story.answer = news.reason;
  }

  #spanOf(at: Millis, act: Act): void {
    if (act.kind === "pause") extend(this.#node(act.machine).pauses, at, act.ms);
    if (act.kind === "disk-stall") extend(this.#node(act.machine).stalls, at, act.ms);
  }

  #node(slot: number): NodeStory {
    while (this.#nodes.length <= slot) {
      this.#nodes.push({ lives: [], roles: [], pauses: [], stalls: [], progress: [], marks: [] });
    }
    return this.#nodes[slot] as NodeStory;
  }
}

/** As a reader would call it: a core calls all that do not vote followers. */
function roleOf({ id, status }: Life): string {
  const { role, membership } = status;
  if (role !== "follower" || membership.voters.includes(id)) return role;
  return membership.learners.includes(id) ? "learner" : "outsider";
}

function newMessage(at: Millis, from: number, to: number, message: Message): MessageStory {
  return { at, from, to, message, ends: undefined, again: undefined, fails: undefined };
}

function extend(spans: { from: Millis; to: Millis }[], at: Millis, ms: Millis): void {
  const last = spans.at(-1);
  if (last !== undefined && last.to >= at) last.to = Math.max(last.to, at + ms);
  else spans.push({ from: at, to: at + ms });
}

function membershipInWords(membership: Membership): string {
  const { voters, outgoing, learners } = membership;
  const names = (ids: Membership["voters"]): string => ids.map(machineOf).join(", ") || "none";
  const joint = outgoing.length === 0 ? "" : ` and also a majority of ${names(outgoing)}`;
  return `${membersOf(membership).length} members: voters ${names(voters)}${joint}, learners ${names(learners)}`;
}

function answerInWords(
  kind: string,
  { value, written }: { value: number; written: boolean },
): string {
  if (kind === "read") return `reads ${value}`;
  return written ? "written" : `found ${value}, not written`;
}
