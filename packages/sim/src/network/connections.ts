import type { Millis } from "@holdfast/base";
import type { Dice } from "../dice.ts";
import type { Timeline } from "../timeline.ts";

export type ConnectionNews = "peer-connected" | "peer-disconnected" | "peer-gone";

export interface ConnectionsParts {
  readonly machines: number;
  readonly mode: "gentle" | "harsh";
  readonly timeline: Timeline;
  readonly dice: Dice;
  isUp(machine: number): boolean;
  isCut(from: number, to: number): boolean;
  /** A machine's transport says something about another machine. */
  tell(machine: number, news: ConnectionNews, about: number): void;
  /** Chance has a machine's transport say something for no reason; left to {@link Connections.spread}. */
  rumour(machine: number, news: ConnectionNews, about: number): void;
}

/** A broken link is noticed after so long, ms. */
const KEEPALIVE_MS = 1_500;
const REDIAL_MS = 100;
const RUMOUR_MS = 250;
const NEWS = ["peer-connected", "peer-disconnected", "peer-gone"] as const;

/**
 * Who is connected to whom, as transports find it out (decision 20). In the harsh
 * mode they also say what is not true: connections break and come back for no reason,
 * and a process is called gone that is not. That may cost time, never safety.
 */
export class Connections {
  readonly #parts: ConnectionsParts;
  readonly #standing = new Set<number>();
  readonly #lostPower = new Set<number>();
  #rumours = false;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  set rumours(rumours: boolean) {
    if (this.#rumours === rumours || this.#parts.mode === "gentle") return;
    this.#rumours = rumours;
    if (rumours) this.#planRumour();
  }

  /** A rumour reaches a machine. */
  spread(machine: number, news: ConnectionNews, about: number): void {
    this.#tell(machine, news, about);
  }

  /** Whether two machines can connect may have changed, or will have at `at`. */
  linkChanges(a: number, b: number, at: Millis): void {
    const { timeline, dice, isCut } = this.#parts;
    if (a === b) return;
    const patience = isCut(a, b) && at <= timeline.now ? KEEPALIVE_MS : REDIAL_MS;
    timeline.at(at + patience * (0.2 + dice.fraction()), () => this.#look(a, b));
  }

  processBegan(machine: number): void {
    const { machines, timeline, dice } = this.#parts;
    const anew = this.#lostPower.delete(machine);
    for (let peer = 0; peer < machines; peer++) {
      if (peer === machine) continue;
      timeline.after(REDIAL_MS * dice.fraction(), () => {
        // Another boot id answers: only now is it certain that the old process is no more.
        if (anew) this.#tell(peer, "peer-gone", machine);
        this.#look(machine, peer);
      });
    }
  }

  /** A machine without power breaks no connection: nobody hears of it before its keepalive fails. */
  processEnded(machine: number, powerToo: boolean): void {
    const { machines, timeline, dice } = this.#parts;
    if (powerToo) this.#lostPower.add(machine);
    for (let peer = 0; peer < machines; peer++) {
      if (peer === machine || !this.#standing.delete(this.#pair(machine, peer))) continue;
      const patience = powerToo ? KEEPALIVE_MS : 1;
      timeline.after(patience * (0.2 + dice.fraction()), () => {
        this.#tell(peer, "peer-disconnected", machine);
        if (!powerToo && !this.#parts.isUp(machine)) this.#tell(peer, "peer-gone", machine);
        this.#look(machine, peer);
      });
    }
  }

  #look(a: number, b: number): void {
    const { isUp, isCut } = this.#parts;
    const stands = isUp(a) && isUp(b) && !isCut(a, b) && !isCut(b, a);
    const pair = this.#pair(a, b);
    if (stands === this.#standing.has(pair)) return;
    if (stands) this.#standing.add(pair);
    else this.#standing.delete(pair);
    const news = stands ? "peer-connected" : "peer-disconnected";
    this.#tell(a, news, b);
    this.#tell(b, news, a);
  }

  #planRumour(): void {
    const { timeline, dice, machines } = this.#parts;
    timeline.after(dice.exponential(RUMOUR_MS), () => {
      if (!this.#rumours) return;
      const machine = dice.below(machines);
      const about = dice.below(machines);
      if (machine !== about) this.#parts.rumour(machine, dice.pick(NEWS), about);
      this.#planRumour();
    });
  }

  #tell(machine: number, news: ConnectionNews, about: number): void {
    if (this.#parts.isUp(machine)) this.#parts.tell(machine, news, about);
  }

  #pair(a: number, b: number): number {
    return Math.min(a, b) * this.#parts.machines + Math.max(a, b);
  }
}
