import type { Millis } from "@holdfast/base";
import type { Membership, Message } from "@holdfast/raft";
import { type Decision, isMessageFault } from "../decisions/decision.ts";
import { classOf } from "../decisions/fault-class.ts";
import { inWords } from "../decisions/in-words.ts";
import type { Operation } from "../model/command.ts";
import type { Life } from "../node/life.ts";
import { machineOf } from "../node/store.ts";
import type { Flight, Observer, OperationNews } from "../observer.ts";
import { membershipInWords } from "./membership-in-words.ts";
import type { Story } from "./story.ts";
import { StoryBook } from "./story-book.ts";

/** Keeps what a page about a run of cores needs. */
export class Storyteller implements Observer {
  readonly #book = new StoryBook();
  readonly #kinds = new Map<number, Operation["kind"]>();

  story(end: Millis): Story {
    return this.#book.story(end);
  }

  decided({ at, act }: Decision): void {
    if (act.kind === "operation" || isMessageFault(act)) return;
    this.#book.fault({ at, fault: classOf(act), text: inWords(act) });
    if (act.kind === "pause") this.#book.pauses(at, act.machine, act.ms);
    if (act.kind === "disk-stall") this.#book.stalls(at, act.machine, act.ms);
  }

  phase(at: Millis, name: string): void {
    this.#book.phase(at, name);
  }

  lifeBegan(at: Millis, { machine }: Life): void {
    this.#book.lifeBegan(at, machine.slot);
  }

  lifeEnded(at: Millis, { machine }: Life, power: boolean, reason: string): void {
    this.#book.lifeEnded(at, machine.slot, { power, end: reason });
  }

  pauseEnded(at: Millis, machine: number): void {
    this.#book.pauseEnded(at, machine);
  }

  turned(at: Millis, life: Life): void {
    const { slot } = life.machine;
    const { term, commit, lastIndex } = life.status;
    this.#book.lastTurn = slot;
    this.#book.role(at, slot, roleOf(life), term);
    this.#book.progress(at, slot, lastIndex, commit, life.applier.applied);
  }

  membership(at: Millis, machine: number, membership: Membership): void {
    this.#book.mark(at, machine, "membership", membershipInWords(membership, machineOf));
  }

  snapshot(at: Millis, machine: number, what: "staged" | "installed"): void {
    const text = what === "staged" ? "has a whole state from a leader" : "goes on from that state";
    this.#book.mark(at, machine, "snapshot", text);
  }

  cut(at: Millis, from: number, to: number, until: Millis): void {
    this.#book.cut(at, from, to, until);
  }

  healed(at: Millis, machines: readonly number[]): void {
    this.#book.healed(at, machines);
  }

  leaves(at: Millis, { machine }: Life, message: Message): void {
    this.#book.leaves(at, machine.slot, machineOf(message.to), message);
  }

  sends(at: Millis, from: number, to: number, message: Message): Flight {
    return this.#book.sends(at, from, to, message);
  }

  operation(at: Millis, number: number, client: number, news: OperationNews): void {
    if (news.kind === "called") {
      const { machine, operation } = news;
      const what = inWords({ kind: "operation", client, machine, operation, length: 0 });
      const isRead = operation.kind === "read";
      this.#kinds.set(number, operation.kind);
      this.#book.called(number, { at, isRead, text: `${what} (operation ${number})` });
      return;
    }
    const kind = this.#kinds.get(number);
    this.#kinds.delete(number);
    this.#book.callEnded(at, number, news.kind, answerInWords(kind, news));
  }
}

/** As a reader would call it: a core calls all that do not vote followers. */
function roleOf({ id, status }: Life): string {
  const { role, membership } = status;
  if (role !== "follower" || membership.voters.includes(id)) return role;
  return membership.learners.includes(id) ? "learner" : "outsider";
}

function answerInWords(
  kind: Operation["kind"] | undefined,
  news: Exclude<OperationNews, { kind: "called" }>,
): string {
  if (news.kind === "unknown") return "";
  if (news.kind === "refused") return news.reason;
  if (kind === "read") return `reads ${news.value}`;
  return news.written ? "written" : `found ${news.value}, not written`;
}
