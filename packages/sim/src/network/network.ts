import type { Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
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
  carry(from: number, to: number, message: Message | undefined, arrive: () => void): void {
    const { plan, dice, timeline } = this.#parts;
    const link = this.#link(from, to);
    if (link.cutUntil > timeline.now) return;
    if (this.#faulty && dice.chance(plan.lossProbability)) return;
    this.#plan(link, message, arrive);
    if (this.#faulty && dice.chance(this.#duplicates(message))) this.#plan(link, message, arrive);
  }

  #duplicates(message: Message | undefined): number {
    const { duplicateProbability, targetedDuplicateProbability } = this.#parts.plan;
    return message !== undefined && TARGETED.has(message.kind)
      ? Math.max(duplicateProbability, targetedDuplicateProbability)
      : duplicateProbability;
  }

  #plan(link: Link, message: Message | undefined, arrive: () => void): void {
    const { plan, timeline } = this.#parts;
    let at = Math.max(timeline.now, link.cloggedUntil) + this.#latency(message);
    if (!plan.reorders) at = Math.max(at, link.lastArrival);
    link.lastArrival = Math.max(at, link.lastArrival);
    const { connection } = link;
    timeline.at(at, () => {
      if (plan.mode === "gentle" && connection !== link.connection) return;
      arrive();
    });
  }

  #latency(message: Message | undefined): Millis {
    const { plan, dice } = this.#parts;
    const usual = plan.latencyMs * (0.5 + dice.exponential(0.5));
    if (!this.#faulty) return usual;
    if (dice.chance(plan.slowProbability)) return usual * dice.logarithmic(100, 1000);
    const targeted = message !== undefined && TARGETED.has(message.kind);
    if (targeted && dice.chance(plan.targetedDelayProbability)) {
      return usual + dice.exponential(TARGETED_DELAY_MS);
    }
    return usual;
  }

  #link(from: number, to: number): Link {
    return this.#links[from * this.#parts.machines + to] as Link;
  }
}
