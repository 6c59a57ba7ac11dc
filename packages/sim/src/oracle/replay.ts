import type { LogIndex } from "@holdfast/base";
import type { Entry } from "@holdfast/raft";
import { decodeCommand, type Operation } from "../model/command.ts";
import { UNWRITTEN } from "../model/register-state.ts";
import type { Reply } from "../node/client-desk.ts";
import { require } from "../violation.ts";

interface Write {
  readonly index: LogIndex;
  readonly value: number;
}

interface Result {
  readonly found: number;
  readonly written: boolean;
}

type Done = Extract<Reply, { kind: "done" }>;

/**
 * Linearizability where the order of all operations is known: every answer is the
 * one that a replay of the committed log gives at its place (I14), and that order
 * agrees with real time: what returned before another was called stands before it.
 */
export class Replay {
  readonly #operations: readonly Operation[];
  readonly #writes = new Map<number, Write[]>();
  readonly #results = new Map<LogIndex, Result>();
  #returned: LogIndex = 0;

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  /** The place behind which an operation that is called now must stand. */
  get returned(): LogIndex {
    return this.#returned;
  }

  /** The next entry of the committed log. */
  take({ kind, payload, index }: Entry): void {
    const operation = kind === "commands" ? this.#operations[decodeCommand(payload)] : undefined;
    if (operation === undefined || operation.kind === "read") return;
    const found = this.#valueAt(operation.key, index - 1);
    const written = operation.kind === "write" || operation.expected === found;
    this.#results.set(index, { found, written });
    if (!written) return;
    const writes = this.#writes.get(operation.key);
    if (writes === undefined) this.#writes.set(operation.key, [{ index, value: operation.value }]);
    else writes.push({ index, value: operation.value });
  }

  /** `behind` is {@link returned} as it was when the operation was called. */
  answered(number: number, behind: LogIndex, reply: Done): void {
    const operation = this.#operations[number];
    if (operation === undefined) return;
    const isRead = operation.kind === "read";
    require(isRead ? reply.index >= behind : reply.index > behind, "I14", () =>
      `operation ${number} stands at ${reply.index}, but one at ${behind} had returned before it was called`);
    if (isRead) this.#checkRead(number, operation.key, reply);
    else this.#checkWrite(number, reply);
    this.#returned = Math.max(this.#returned, reply.index);
  }

  #checkRead(number: number, key: number, reply: Done): void {
    const value = this.#valueAt(key, reply.index);
    require(value === reply.value, "I14", () =>
      `operation ${number} reads ${reply.value} of key ${key} at ${reply.index}, where it is ${value}`);
  }

  #checkWrite(number: number, reply: Done): void {
    const result = this.#results.get(reply.index);
    require(result?.found === reply.value && result.written === reply.written, "I14", () =>
      `operation ${number} at ${reply.index} answered ${reply.value}, ${reply.written}; the replay ${result?.found}, ${result?.written}`);
  }

  #valueAt(key: number, index: LogIndex): number {
    const writes = this.#writes.get(key) ?? [];
    let low = 0;
    let high = writes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((writes[middle]?.index ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return writes[low - 1]?.value ?? UNWRITTEN;
  }
}
