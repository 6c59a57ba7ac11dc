import { encodeQueries, type RangeQuery, type RangeResult } from "@holdfast/state-machine";
import type { Call } from "./call.ts";
import type { ClientLimits } from "./client-limits.ts";
import { overloadedError, type RequestError } from "./request-error.ts";

/** A read and whether it may be answered by whatever the node has applied. */
interface ReadRequest {
  readonly query: RangeQuery;
  readonly serializable: boolean;
}

export type ReadCall = Call<"read", ReadRequest, RangeResult>;

/** Queries that were encoded together; sent again as they are after a broken stream, for reads change nothing. */
export class ReadGroup {
  readonly readId: number;
  readonly bytes: Uint8Array;
  readonly calls: readonly ReadCall[];
  readonly serializable: boolean;
  /** Callers that still wait. */
  waiters: number;
  /** It is with a node and not answered. */
  isOut = false;

  constructor(readId: number, calls: readonly ReadCall[], serializable: boolean) {
    this.readId = readId;
    this.calls = calls;
    this.serializable = serializable;
    this.bytes = encodeQueries(calls.map((call) => call.request.query));
    this.waiters = calls.length;
  }
}

/** The reads that wait and those in flight. */
export class ReadQueue {
  readonly #limits: ClientLimits;
  readonly #waiting = { linearizable: new Set<ReadCall>(), serializable: new Set<ReadCall>() };
  readonly #groups = new Map<number, ReadGroup>();
  readonly #groupByCall = new Map<ReadCall, ReadGroup>();
  #nextReadId = 1;
  #waitingBytes = 0;

  constructor(limits: ClientLimits) {
    this.#limits = limits;
  }

  get hasWaiting(): boolean {
    return this.#waiting.linearizable.size + this.#waiting.serializable.size > 0;
  }

  get inFlight(): number {
    return this.#groups.size;
  }

  /** Lets a call wait its turn, or says why not. */
  add(call: ReadCall): RequestError | undefined {
    const { queueOperationsMax, queueBytesMax } = this.#limits;
    const { linearizable, serializable } = this.#waiting;
    if (linearizable.size + serializable.size >= queueOperationsMax) {
      return overloadedError(`${queueOperationsMax} reads are waiting already`);
    }
    if (this.#waitingBytes + call.bytes > queueBytesMax) {
      return overloadedError(`${queueBytesMax} bytes of reads are waiting already`);
    }
    this.#waitingOf(call).add(call);
    this.#waitingBytes += call.bytes;
    return undefined;
  }

  /** Encodes the next group of one kind that there is room for; it is in flight from then on. */
  take(kind: "linearizable" | "serializable"): ReadGroup | undefined {
    const { batchOperationsMax, batchBytesMax, window } = this.#limits;
    const waiting = this.#waiting[kind];
    const room = Math.min(batchOperationsMax, window - this.#groupByCall.size);
    const calls: ReadCall[] = [];
    let bytes = 0;
    for (const call of waiting) {
      if (calls.length >= room) break;
      if (calls.length > 0 && bytes + call.bytes > batchBytesMax) break;
      waiting.delete(call);
      this.#waitingBytes -= call.bytes;
      calls.push(call);
      bytes += call.bytes;
    }
    return calls.length === 0 ? undefined : this.#launch(calls, kind === "serializable");
  }

  /** Groups in flight, oldest first. */
  groups(): Iterable<ReadGroup> {
    return this.#groups.values();
  }

  find(readId: number): ReadGroup | undefined {
    return this.#groups.get(readId);
  }

  /** Ends a group, whose calls the caller has settled or settles next. */
  remove(group: ReadGroup): void {
    this.#groups.delete(group.readId);
    for (const call of group.calls) this.#groupByCall.delete(call);
  }

  /** One query was refused and spoilt the group: each goes again alone, so that only the guilty one fails. */
  split(group: ReadGroup): readonly ReadGroup[] {
    this.remove(group);
    return group.calls
      .filter((call) => !call.settled)
      .map((call) => this.#launch([call], group.serializable));
  }

  /** Takes one call out; its group goes on for the others. */
  abandon(call: ReadCall): void {
    const group = this.#groupByCall.get(call);
    if (group === undefined) {
      if (this.#waitingOf(call).delete(call)) this.#waitingBytes -= call.bytes;
      return;
    }
    this.#groupByCall.delete(call);
    group.waiters -= 1;
    if (group.waiters === 0) this.remove(group);
  }

  /** Every call that is not settled: in flight first. */
  *calls(): Generator<ReadCall> {
    yield* this.#groupByCall.keys();
    yield* this.#waiting.linearizable;
    yield* this.#waiting.serializable;
  }

  #waitingOf(call: ReadCall): Set<ReadCall> {
    return call.request.serializable ? this.#waiting.serializable : this.#waiting.linearizable;
  }

  #launch(calls: readonly ReadCall[], serializable: boolean): ReadGroup {
    const group = new ReadGroup(this.#nextReadId, calls, serializable);
    this.#nextReadId += 1;
    this.#groups.set(group.readId, group);
    for (const call of calls) this.#groupByCall.set(call, group);
    return group;
  }
}
