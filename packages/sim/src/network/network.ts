import type { Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import type { MessageFault } from "../decisions/decision.ts";
import type { MessageFates } from "../decisions/message-fates.ts";
import type { Dice } from "../dice.ts";
import type { NetworkPlan } from "../plan/world-plan.ts";
import type { Timeline } from "../timeline.ts";
import { Link } from "./link.ts";

export interface NetworkParts {
  readonly machines: number;
  readonly plan: NetworkPlan;
  readonly timeline: Timeline;
  readonly dice: Dice;
  /** Whether two machines can connect has changed, or will at `at`. */
  linkChanges(from: number, to: number, at: Millis): void;
  /** A link is cut. */
  readonly cuts?: ((from: number, to: number, until: Millis) => void) | undefined;
  /** Told what chance did to a message. */
  readonly decided?: ((fault: MessageFault) => void) | undefined;
  /** What happens to messages instead of what is rolled. */
  readonly fates?: MessageFates | undefined;
}

/** What is to happen where something arrives, and where it does not. */
export interface Parcel {
  arrive(): void;
  readonly fails?: ((why: "lost" | "cut" | "connection") => void) | undefined;
}

type Delay = Extract<MessageFault, { kind: "delayed" }>;

interface Sending {
  readonly link: Link;
  readonly message: Message | undefined;
  /** How many of its kind went this way before. */
  readonly nth: number;
}

const TARGETED = new Set<Message["kind"]>([
  "timeout-now",
  "vote-request",
  "vote-response",
  "pre-vote-response",
  "snapshot-offer",
]);
const TARGETED_DELAY_MS = 3_000;

/** Every directed link between machines: it delays, loses, doubles, reorders, holds and cuts. */
export class Network {
  readonly #parts: NetworkParts;
  readonly #links: readonly Link[];
  #faulty = true;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
    const { machines } = parts;
    this.#links = Array.from(
      { length: machines * machines },
      (_, at) => new Link(Math.floor(at / machines), at % machines),
    );
  }

  isCut(from: number, to: number): boolean {
    return this.#link(from, to).cutUntil > this.#parts.timeline.now;
  }

  /** Chance faults begin or end; links that are cut or clogged stay so. */
  set faulty(faulty: boolean) {
    this.#faulty = faulty;
  }

  cut(from: number, to: number, until: Millis): void {
    const link = this.#link(from, to);
    link.cutUntil = Math.max(link.cutUntil, until);
    this.#parts.cuts?.(from, to, link.cutUntil);
    this.#parts.linkChanges(from, to, this.#parts.timeline.now);
    this.#parts.linkChanges(from, to, until);
  }

  clog(from: number, to: number, until: Millis): void {
    const link = this.#link(from, to);
    link.cloggedUntil = Math.max(link.cloggedUntil, until);
  }

  heal(from: number, to: number): void {
    const link = this.#link(from, to);
    link.cutUntil = 0;
    link.cloggedUntil = 0;
    // A new connection does not queue behind what the old one still holds.
    link.lastArrival = 0;
    link.connection++;
    this.#parts.linkChanges(from, to, this.#parts.timeline.now);
  }

  /** Connections to and from a machine break; in the harsh mode nobody minds. */
  disconnect(machine: number): void {
    if (this.#parts.plan.mode === "harsh") return;
    for (const link of this.#links) {
      if (link.from === machine || link.to === machine) link.connection++;
    }
  }

  /** Carries a message, or something else if `message` is undefined; `arrive` happens never, once, or twice. */
  carry(from: number, to: number, message: Message | undefined, parcel: Parcel): void {
    const { plan, dice, timeline } = this.#parts;
    const link = this.#link(from, to);
    const sending = this.#sending(link, message);
    if (link.cutUntil > timeline.now) return parcel.fails?.("cut");
    if (this.#faulty && this.#befalls(sending, "lost", dice.chance(plan.lossProbability))) {
      return parcel.fails?.("lost");
    }
    this.#plan(sending, false, parcel);
    if (!this.#faulty) return;
    if (this.#befalls(sending, "repeated", dice.chance(this.#duplicates(message)))) {
      this.#plan(sending, true, parcel);
    }
  }

  /** Numbers what is sent, where somebody wants to know. */
  #sending(link: Link, message: Message | undefined): Sending {
    const { decided, fates } = this.#parts;
    if (decided === undefined && fates === undefined) return { link, message, nth: 0 };
    const carried = message?.kind ?? "visit";
    const nth = link.sent.get(carried) ?? 0;
    link.sent.set(carried, nth + 1);
    return { link, message, nth };
  }

  /** Whether it is lost or repeated: as rolled, unless there is a script. */
  #befalls(sending: Sending, kind: "lost" | "repeated", rolled: boolean): boolean {
    const { fates, decided } = this.#parts;
    const befalls =
      fates === undefined ? rolled : fatesOf(fates, sending).some((fate) => fate.kind === kind);
    if (befalls) decided?.({ kind, ...nameOf(sending) });
    return befalls;
  }

  #duplicates(message: Message | undefined): number {
    const { duplicateProbability, targetedDuplicateProbability } = this.#parts.plan;
    return message !== undefined && TARGETED.has(message.kind)
      ? Math.max(duplicateProbability, targetedDuplicateProbability)
      : duplicateProbability;
  }

  #plan(sending: Sending, second: boolean, parcel: Parcel): void {
    const { plan, timeline } = this.#parts;
    const { link } = sending;
    let at = Math.max(timeline.now, link.cloggedUntil) + this.#latency(sending, second);
    if (!plan.reorders) at = Math.max(at, link.lastArrival);
    link.lastArrival = Math.max(at, link.lastArrival);
    const { connection } = link;
    timeline.at(at, () => {
      if (plan.mode === "gentle" && connection !== link.connection) parcel.fails?.("connection");
      else parcel.arrive();
    });
  }

  #latency(sending: Sending, second: boolean): Millis {
    const { plan, dice, fates, decided } = this.#parts;
    const usual = plan.latencyMs * (0.5 + dice.exponential(0.5));
    if (!this.#faulty) return usual;
    const rolled = this.#rollDelay(sending.message);
    const isDelay = (fate: MessageFault): fate is Delay =>
      fate.kind === "delayed" && fate.second === second;
    const delay = fates === undefined ? rolled : fatesOf(fates, sending).find(isDelay);
    if (delay === undefined) return usual;
    const { times, ms } = delay;
    decided?.({ kind: "delayed", ...nameOf(sending), second, times, ms });
    return usual * times + ms;
  }

  #rollDelay(message: Message | undefined): Pick<Delay, "times" | "ms"> | undefined {
    const { plan, dice } = this.#parts;
    if (dice.chance(plan.slowProbability)) return { times: dice.logarithmic(100, 1000), ms: 0 };
    const targeted = message !== undefined && TARGETED.has(message.kind);
    if (targeted && dice.chance(plan.targetedDelayProbability)) {
      return { times: 1, ms: dice.exponential(TARGETED_DELAY_MS) };
    }
    return undefined;
  }

  #link(from: number, to: number): Link {
    return this.#links[from * this.#parts.machines + to] as Link;
  }
}

function nameOf({ link, message, nth }: Sending): Omit<MessageFault, "kind"> {
  return { from: link.from, to: link.to, carried: message?.kind ?? "visit", nth };
}

function fatesOf(fates: MessageFates, { link, message, nth }: Sending): readonly MessageFault[] {
  return fates.of(link.from, link.to, message?.kind ?? "visit", nth);
}
