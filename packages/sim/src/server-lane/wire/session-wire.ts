import type { Millis } from "@holdfast/base";
import type {
  SessionStream as ClientStream,
  SessionStreamHandlers,
  SessionTransport,
} from "@holdfast/client/core";
import type { Dice } from "../../dice.ts";
import type { Network } from "../../network/network.ts";
import type { NetworkPlan } from "../../plan/world-plan.ts";
import type { Timeline } from "../../timeline.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import { SessionConnection } from "./session-connection.ts";

export interface SessionWireParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: NetworkPlan;
  readonly machines: readonly ServerMachine[];
  readonly network: Network;
  /** The clients' place in the network. */
  readonly clientSlot: number;
}

/**
 * Session streams between clients and nodes, as TCP carries them: in order, or not at all.
 * A cut swallows what is on the way and the stream with it, without a word to either side.
 */
export class SessionWire implements SessionTransport {
  readonly #parts: SessionWireParts;
  readonly #connections = new Set<SessionConnection>();

  constructor(parts: SessionWireParts) {
    this.#parts = parts;
  }

  open(address: string, handlers: SessionStreamHandlers): ClientStream {
    const machine = this.#parts.machines.find(({ clientAddress }) => clientAddress === address);
    const connection: SessionConnection = new SessionConnection({
      handlers,
      machine,
      way: () => ({ there: this.#isCut(machine, "there"), back: this.#isCut(machine, "back") }),
      later: (at, run) => void this.#parts.timeline.at(at, run),
      arrival: (after) => this.#arrival(after),
      forget: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    connection.dial();
    return connection;
  }

  /** A process has ended; where the machine lives on, it says so to those who were connected. */
  processEnded(machine: ServerMachine, options: { readonly power: boolean }): void {
    for (const connection of [...this.#connections]) {
      if (connection.machine === machine) connection.serverEnded(options);
    }
  }

  /** Some connections break, and both sides hear of it. */
  breakSome(share: number): void {
    for (const connection of [...this.#connections]) {
      if (this.#parts.dice.chance(share)) connection.break();
    }
  }

  #arrival(after: Millis): Millis {
    const { timeline, dice, plan } = this.#parts;
    const usual = plan.latencyMs * (0.5 + dice.exponential(0.5));
    const slow = dice.chance(plan.slowProbability) ? dice.logarithmic(100, 1000) : 1;
    return Math.max(after, timeline.now + usual * slow);
  }

  #isCut(machine: ServerMachine | undefined, way: "there" | "back"): boolean {
    const { network, clientSlot } = this.#parts;
    if (machine === undefined) return false;
    return way === "there"
      ? network.isCut(clientSlot, machine.slot)
      : network.isCut(machine.slot, clientSlot);
  }
}
