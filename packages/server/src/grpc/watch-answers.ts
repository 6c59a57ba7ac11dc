import type { HoldfastError, Turn } from "@holdfast/base";
import {
  encodeWatchAnswer,
  encodeWatchEvents,
  statusOfError,
  unforeseenStatus,
  type WireEvent,
  type WireWatchRequest,
  type WireWatchResponse,
} from "@holdfast/protocol";
import type { Headers, WatchAnswer, WatchSink } from "@holdfast/service";
import type { CallOutbox } from "./call-outbox.ts";
import { RECEIVE_BYTES_MAX } from "./server-options.ts";
import type { SharedEvents } from "./shared-events.ts";

type EventsAnswer = Extract<WatchAnswer, { readonly kind: "events" }>;

export interface WatchAnswerParts {
  readonly headers: Pick<Headers, "at">;
  readonly turn: Turn;
  readonly events: SharedEvents;
}

/** Events that are encoded between two turns of the event loop, and their values: a few milliseconds. */
const EVENTS_PER_TURN = 1_000;
const BYTES_PER_TURN = 2 * 1024 * 1024;

/** Answers that wait behind one; above, the client's requests are not read. */
const BEHIND_MAX = 1_024;

/** Writes what a stream's watches are told, in order, to its call. */
export class WatchAnswers implements WatchSink {
  readonly #outbox: CallOutbox<WireWatchRequest, WireWatchResponse>;
  readonly #parts: WatchAnswerParts;
  #isInSlices = false;
  /** The watch of which the client has a part of an answer. */
  #parted: bigint | undefined;
  /** Answers behind one that is being encoded in slices, or behind the rest of one that came in part. */
  #behind: WatchAnswer[] = [];
  #behindBytes = 0;

  constructor(outbox: CallOutbox<WireWatchRequest, WireWatchResponse>, parts: WatchAnswerParts) {
    this.#outbox = outbox;
    this.#parts = parts;
  }

  get outboxBytes(): number {
    return this.#outbox.bytes + this.#behindBytes;
  }

  send(answer: WatchAnswer): void {
    if (this.#isInSlices || (this.#parted !== undefined && !isOf(this.#parted, answer))) {
      this.#wait(answer);
    } else this.#send(answer);
  }

  #send(answer: WatchAnswer): void {
    const fail = (failure: unknown): void => this.#outbox.close(unforeseenStatus(failure));
    const wasParted = this.#parted !== undefined;
    this.#parted = answer.kind === "events" && answer.isPart ? answer.watchId : undefined;
    if (answer.kind !== "events") this.#write(answer);
    else if (isLarge(answer)) this.#sendInSlices(answer).catch(fail);
    else for (const write of this.#writes(answer)) write();
    if (wasParted && this.#parted === undefined) this.#goOn();
  }

  #wait(answer: WatchAnswer): void {
    this.#behindBytes += weightOf(answer);
    this.#behind.push(answer);
    if (this.#behind.length === BEHIND_MAX) this.#outbox.pause();
  }

  /** Those that have to wait still do so in their order. */
  #goOn(): void {
    const behind = this.#behind;
    if (behind.length >= BEHIND_MAX) this.#outbox.resume();
    this.#behind = [];
    this.#behindBytes = 0;
    for (const answer of behind) this.send(answer);
  }

  fail(failure: HoldfastError): void {
    this.#outbox.close(statusOfError(failure) ?? unforeseenStatus(failure));
  }

  #write(answer: Exclude<WatchAnswer, EventsAnswer>): void {
    const revision = answer.kind === "compacted" ? 0 : answer.revision;
    this.#outbox.write(encodeWatchAnswer(this.#parts.headers.at(revision), answer), 0);
  }

  /** What is encoded once is found when the answer is written. */
  async #sendInSlices(answer: EventsAnswer): Promise<void> {
    this.#isInSlices = true;
    this.#behindBytes += weightOf(answer);
    const { events, turn } = this.#parts;
    let count = 0;
    let bytes = 0;
    for (const event of answer.events) {
      if (this.#outbox.isClosed) break;
      count += 1;
      bytes += events.bytesOf(events.wireOf(event)).length;
      if (count < EVENTS_PER_TURN && bytes < BYTES_PER_TURN) continue;
      count = 0;
      bytes = 0;
      await turn.next();
    }
    for (const write of this.#writes(answer)) {
      write();
      await turn.next();
    }
    this.#isInSlices = false;
    this.#goOn();
  }

  /** Writes the answer, or each of its parts. */
  #writes(answer: EventsAnswer): readonly (() => void)[] {
    const { headers, events } = this.#parts;
    const header = headers.at(answer.revision);
    const parts = answer.fragment
      ? this.#fragments(answer)
      : [answer.events.map((event) => events.wireOf(event))];
    return parts.map((part, at) => () => {
      const fragment = at < parts.length - 1 || answer.isPart;
      const response = encodeWatchEvents(header, { ...answer, fragment, events: part });
      this.#outbox.write(response, this.#bytesOf(part));
    });
  }

  /** Split between events, so that each part is below what any client takes; an event alone may be more. */
  #fragments(answer: EventsAnswer): WireEvent[][] {
    const { events } = this.#parts;
    const parts: WireEvent[][] = [];
    let bytes = Number.POSITIVE_INFINITY;
    for (const watched of answer.events) {
      const wire = events.wireOf(watched);
      bytes += events.bytesOf(wire).length;
      if (bytes >= RECEIVE_BYTES_MAX) {
        parts.push([]);
        bytes = events.bytesOf(wire).length;
      }
      parts.at(-1)?.push(wire);
    }
    return parts;
  }

  #bytesOf(wires: readonly WireEvent[]): number {
    const { events } = this.#parts;
    return wires.reduce((sum, wire) => sum + events.bytesOf(wire).length, 0);
  }
}

/** Whether an answer goes on with what a watch was told in part, or ends the watch. */
function isOf(watchId: bigint, answer: WatchAnswer): boolean {
  const { kind } = answer;
  return (
    (kind === "events" || kind === "canceled" || kind === "compacted") && answer.watchId === watchId
  );
}

function isLarge(answer: EventsAnswer): boolean {
  return answer.events.length > EVENTS_PER_TURN || weightOf(answer) > BYTES_PER_TURN;
}

function weightOf(answer: WatchAnswer): number {
  if (answer.kind !== "events") return 0;
  return answer.events.reduce(
    (sum, { event, previous }) => sum + event.value.length + (previous?.value.length ?? 0),
    0,
  );
}
