import type { Dice } from "../../dice.ts";
import type { Network } from "../../network/network.ts";
import type { Timeline } from "../../timeline.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import { StreamConnection, type StreamParts } from "./stream-connection.ts";

export interface StreamWireParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly machines: readonly ServerMachine[];
  readonly network: Network;
  /** The clients' place in the network. */
  readonly clientSlot: number;
}

type Ends<Frame, Reply> = Pick<
  StreamParts<Frame, Reply>,
  "serve" | "received" | "ended" | "silent"
>;

/** Streams between clients and nodes. */
export class StreamWire<Frame, Reply> {
  readonly #parts: StreamWireParts;
  readonly #connections = new Set<StreamConnection<Frame, Reply>>();

  constructor(parts: StreamWireParts) {
    this.#parts = parts;
  }

  /** `undefined`: there is no such host, as the client will be told. */
  dial(address: string, ends: Ends<Frame, Reply>): StreamConnection<Frame, Reply> | undefined {
    const { timeline, machines, network, clientSlot } = this.#parts;
    const machine = machines.find(({ clientAddress }) => clientAddress === address);
    if (machine === undefined) {
      timeline.after(0, () => ends.ended("no such host"));
      return undefined;
    }
    const { slot } = machine;
    const connection: StreamConnection<Frame, Reply> = new StreamConnection({
      ...ends,
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
