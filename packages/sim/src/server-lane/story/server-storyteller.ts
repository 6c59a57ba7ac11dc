import type { Millis } from "@holdfast/base";
import type { Membership, Message } from "@holdfast/raft";
import type { ReplicaRole, ReplicaStatus } from "@holdfast/replica";
import type { Flight } from "../../observer.ts";
import { membershipInWords } from "../../report-page/membership-in-words.ts";
import type { CallOutcome, Story } from "../../report-page/story.ts";
import { StoryBook } from "../../report-page/story-book.ts";
import type { ServerFaultKind } from "../plan/server-plan.ts";
import type { CallAsked, ServerObserver } from "../server-observer.ts";

/** Keeps what a page about a run of whole nodes needs. */
export class ServerStoryteller implements ServerObserver {
  readonly #book = new StoryBook();
  /** Each node's configuration, as it was told of last. */
  readonly #memberships = new Map<number, string>();

  story(end: Millis): Story {
    return this.#book.story(end);
  }

  phase(at: Millis, name: string): void {
    this.#book.phase(at, name);
  }

  fault(at: Millis, kind: ServerFaultKind, text: string): void {
    this.#book.fault({ at, fault: kind, text });
  }

  lifeBegan(at: Millis, machine: number): void {
    this.#book.lifeBegan(at, machine);
  }

  lifeEnded(at: Millis, machine: number, power: boolean, reason: string): void {
    this.#book.lifeEnded(at, machine, { power, end: reason });
    this.#book.pauseEnded(at, machine);
  }

  pauses(at: Millis, machine: number, ms: Millis): void {
    this.#book.pauses(at, machine, ms);
  }

  stalls(at: Millis, machine: number, ms: Millis): void {
    this.#book.stalls(at, machine, ms);
  }

  cut(at: Millis, from: number, to: number, until: Millis): void {
    this.#book.cut(at, from, to, until);
  }

  healed(at: Millis, machines: readonly number[]): void {
    this.#book.healed(at, machines);
    for (const machine of machines) this.#book.pauseEnded(at, machine);
  }

  seen(at: Millis, machine: number, status: ReplicaStatus): void {
    const { role, term, lastIndex, committed, applied, membership, memberId } = status;
    // One that takes part says that it is unborn until it has opened its state.
    const isStarting = role === "unborn" && term > 0;
    this.#book.role(at, machine, isStarting ? "starting" : ROLES[role], term);
    if (memberId === undefined) return;
    this.#book.progress(at, machine, lastIndex, committed, applied);
    this.#tellMembership(at, machine, membership);
  }

  snapshot(at: Millis, machine: number, what: "received" | "installed"): void {
    const text =
      what === "received" ? "has a whole state from a leader" : "goes on from that state";
    this.#book.mark(at, machine, "snapshot", text);
  }

  sends(at: Millis, from: number, to: number, message: Message): Flight {
    return this.#book.sends(at, from, to, message);
  }

  called(number: number, asked: CallAsked): void {
    this.#book.called(number, asked);
  }

  callEnded(at: Millis, number: number, outcome: CallOutcome, answer: string): void {
    this.#book.callEnded(at, number, outcome, answer);
  }

  broke(machine: number): void {
    this.#book.lastTurn ??= machine;
  }

  #tellMembership(at: Millis, machine: number, membership: Membership): void {
    if (membership.voters.length === 0) return;
    const nameOf = (id: number): string => {
      const profile = membership.profiles.find((one) => one.id === id);
      return profile === undefined ? `${id}` : profile.peerAddress.replace(/:.*/, "");
    };
    const text = membershipInWords(membership, nameOf);
    if (this.#memberships.get(machine) === text) return;
    this.#memberships.set(machine, text);
    this.#book.mark(at, machine, "membership", text);
  }
}

/** Whoever is not born, or was removed, is no member. */
const ROLES: Record<ReplicaRole, string> = {
  unborn: "outsider",
  stopped: "outsider",
  learner: "learner",
  follower: "follower",
  "pre-candidate": "pre-candidate",
  candidate: "candidate",
  leader: "leader",
};
