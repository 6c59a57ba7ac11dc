import type {
  SessionStream as ClientStream,
  SessionStreamHandlers,
  SessionTransport,
} from "@holdfast/client/core";
import type { Dice } from "../../dice.ts";
import type { Network } from "../../network/network.ts";
import type { Timeline } from "../../timeline.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import { SessionConnection } from "./session-connection.ts";

export interface SessionWireParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly machines: readonly ServerMachine[];
  readonly network: Network;
  /** The clients' place in the network. */
  readonly clientSlot: number;
}

/** Session streams between clients and nodes. */
export class SessionWire implements SessionTransport {
  readonly #parts: SessionWireParts;
  readonly #connections = new Set<SessionConnection>();

  constructor(parts: SessionWireParts) {
    this.#parts = parts;
  }

  open(address: string, handlers: SessionStreamHandlers): ClientStream {
    const { timeline, machines, network, clientSlot } = this.#parts;
    const machine = machines.find(({ clientAddress }) => clientAddress === address);
    if (machine === undefined) {
      timeline.after(0, () => handlers.ended("no such host"));
      return { send: () => undefined, close: () => undefined };
    }
    const { slot } = machine;
    const connection: SessionConnection = new SessionConnection({
      handlers,
      machine,
      there: (parcel) => network.carry(clientSlot, slot, undefined, parcel),
      back: (parcel) => network.carry(slot, clientSlot, undefined, parcel),
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

  /** Some connections break, and both sides hear of it. Answers how many did. */
  breakSome(share: number): number {
    const chosen = [...this.#connections].filter(() => this.#parts.dice.chance(share));
    for (const connection of chosen) connection.break();
    return chosen.length;
  }
}
