import type { LogIndex, Term } from "@holdfast/base";
import type { Entry, EntryId } from "@holdfast/raft";
import { decodeCommand, type Operation } from "./command.ts";

/** One register; `index` is the entry that wrote it. */
export interface Register {
  readonly value: number;
  readonly index: LogIndex;
}

/** What an operation found; a compare-and-set that found something else wrote nothing. */
export interface Answer {
  readonly value: number;
  readonly written: boolean;
}

/** A state as it stands on a disk or travels to a peer. */
export interface StateImage {
  readonly applied: EntryId;
  readonly rolling: number;
  readonly registers: ReadonlyMap<number, Register>;
}

export const EMPTY_STATE: StateImage = {
  applied: { term: 0, index: 0 },
  rolling: 0,
  registers: new Map(),
};

/** The value of a register that nobody has written. */
export const UNWRITTEN = 0;

/**
 * The replicated state of the model: registers, and two hashes. The rolling one is of
 * the entries applied; the content hash is of what the registers hold, so that it
 * tells a state that lacks a write from one whose books merely say that it has it.
 */
export class RegisterState {
  readonly #operations: readonly Operation[];
  readonly #registers: Map<number, Register>;
  #applied: EntryId;
  #rolling: number;
  #content = 0;

  constructor(operations: readonly Operation[], image: StateImage = EMPTY_STATE) {
    this.#operations = operations;
    this.#registers = new Map(image.registers);
    this.#applied = image.applied;
    this.#rolling = image.rolling;
    for (const [key, register] of image.registers) this.#content ^= hashOf(key, register);
  }

  get applied(): EntryId {
    return this.#applied;
  }

  get rolling(): number {
    return this.#rolling;
  }

  get content(): number {
    return this.#content;
  }

  image(): StateImage {
    const { applied, rolling } = this;
    return { applied, rolling, registers: new Map(this.#registers) };
  }

  read(key: number): number {
    return this.#registers.get(key)?.value ?? UNWRITTEN;
  }

  /** The answer is `undefined` for an entry without a command. `wrote` is told what to put on disk. */
  apply(entry: Entry, wrote: (key: number, register: Register) => void): Answer | undefined {
    this.#applied = { term: entry.term, index: entry.index };
    if (entry.kind !== "commands") {
      this.#rolling = roll(this.#rolling, entry.index, entry.term, 0);
      return undefined;
    }
    const number = decodeCommand(entry.payload);
    this.#rolling = roll(this.#rolling, entry.index, entry.term, number);
    const operation = this.#operations[number];
    if (operation === undefined) return undefined;
    const found = this.read(operation.key);
    if (operation.kind === "read") return { value: found, written: false };
    if (operation.kind === "cas" && operation.expected !== found) {
      return { value: found, written: false };
    }
    const register = { value: operation.value, index: entry.index };
    this.#put(operation.key, register);
    wrote(operation.key, register);
    return { value: found, written: true };
  }

  #put(key: number, register: Register): void {
    const before = this.#registers.get(key);
    if (before !== undefined) this.#content ^= hashOf(key, before);
    this.#content ^= hashOf(key, register);
    this.#registers.set(key, register);
  }
}

function hashOf(key: number, { value, index }: Register): number {
  return mix(mix(mix(0x9747b28c, key), value), index);
}

function roll(hash: number, index: LogIndex, term: Term, operation: number): number {
  return mix(mix(mix(hash, index), term), operation);
}

function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
