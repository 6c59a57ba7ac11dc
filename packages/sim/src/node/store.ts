import type { MemberId, StoreId } from "@holdfast/base";
import type { MemberProfile, Membership, MembershipCodec } from "@holdfast/raft";
import { EngineDisk } from "../disk/engine-disk.ts";
import { LogDisk } from "../disk/log-disk.ts";
import { LogImage } from "../disk/log-image.ts";
import { EMPTY_STATE, type StateImage } from "../model/register-state.ts";

/** Stores that one machine can have one after the other. */
const GENERATIONS = 1_000;

/** The member that stands for the `generation`th store of a machine (decision 16). */
export function memberIdOf(machine: number, generation: number): MemberId {
  return ((machine + 1) * GENERATIONS + generation) as MemberId;
}

export function machineOf(member: MemberId): number {
  return Math.floor(member / GENERATIONS) - 1;
}

export function generationOf(member: MemberId): number {
  return member % GENERATIONS;
}

export function profileOf(id: MemberId): MemberProfile {
  const name = `n${machineOf(id) + 1}`;
  return { id, name, storeId: `${id}` as StoreId, peerAddress: name, clientAddress: name };
}

/** What one disk holds for one member: a log, and the states that go with it. */
export class Store {
  readonly id: MemberId;
  readonly #codec: MembershipCodec;
  #log: LogDisk | undefined;
  readonly #states = new Map<number, EngineDisk>();

  constructor(id: MemberId, codec: MembershipCodec) {
    this.id = id;
    this.#codec = codec;
  }

  /** `undefined` while the store is unborn. */
  get log(): LogDisk | undefined {
    return this.#log;
  }

  /** It becomes a member of a cluster whose configuration names it. */
  beBorn(membership: Membership): void {
    this.#log = new LogDisk(LogImage.born(this.#codec, membership));
    this.#states.set(0, new EngineDisk(EMPTY_STATE));
  }

  state(directory: number): EngineDisk | undefined {
    return this.#states.get(directory);
  }

  /** Every state that the log does not name is removed (decision 9). */
  keepOnly(directory: number): void {
    for (const other of this.#states.keys()) {
      if (other !== directory) this.#states.delete(other);
    }
  }

  /** A whole state, durable, beside the one in use. */
  stage(directory: number, image: StateImage): void {
    this.#states.set(directory, new EngineDisk(image));
  }

  unstage(directory: number): void {
    this.#states.delete(directory);
  }

  get states(): Iterable<EngineDisk> {
    return this.#states.values();
  }
}
