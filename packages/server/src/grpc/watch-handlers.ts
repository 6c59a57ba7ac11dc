import type { ServerDuplexStream, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { HoldfastError, Logger, Turn } from "@holdfast/base";
import {
  decodeWatchCreate,
  encodeWatchAnswer,
  encodeWatchEvents,
  statusOfError,
  unforeseenStatus,
  type WatchHandlers,
  type WireEvent,
  type WireWatchRequest,
  type WireWatchResponse,
} from "@holdfast/protocol";
import type { Headers, WatchAnswer, WatchService, WatchSink, WatchStream } from "@holdfast/service";
import type { CallLedger } from "../requests/call-ledger.ts";
import { CallOutbox } from "./call-outbox.ts";
import { RECEIVE_BYTES_MAX } from "./server-options.ts";
import type { SharedEvents } from "./shared-events.ts";
import { contextOf } from "./unary-call.ts";

export interface WatchParts {
  readonly watches: WatchService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
  readonly turn: Turn;
}

type Call = ServerDuplexStream<WireWatchRequest, WireWatchResponse>;
type EventsAnswer = Extract<WatchAnswer, { readonly kind: "events" }>;

/** Answers that wait to be sent, bytes; above, the client's requests are not read. */
const OUTBOX_BYTES_MAX = 8 * 1024 * 1024;
/** Events that are encoded between two turns of the event loop: a few milliseconds. */
const EVENTS_PER_TURN = 1_000;

/** etcdserverpb.Watch */
export function watchHandlers(
  { watches, headers, ledger, logger, turn }: WatchParts,
  events: SharedEvents,
): WatchHandlers & UntypedServiceImplementation {
  const name = { service: "etcdserverpb.Watch", method: "Watch", type: "bidi_stream" } as const;
  const calls = ledger.method(name);
  return {
    Watch: (call) => {
      calls.started();
      let stream: WatchStream | undefined;
      const taken = (): void => stream?.taken();
      const outbox = new CallOutbox(call, { calls, bytesMax: OUTBOX_BYTES_MAX, taken });
      const sink = new WatchAnswers(outbox, { headers, turn, events });
      try {
        stream = watches.open(sink, contextOf(call));
        serve(call, stream);
      } catch (failure) {
        const known = statusOfError(failure);
        if (known === undefined) logger.error({ failure }, "a watch stream failed unexpectedly");
        outbox.close(known ?? unforeseenStatus(failure));
      }
      call.on("cancelled", () => {
        stream?.close();
        outbox.gone();
      });
    },
  };
}

/** A client that has said its last word goes on watching until it ends the call. */
function serve(call: Call, stream: WatchStream): void {
  call.on("data", ({ create_request, cancel_request, progress_request }: WireWatchRequest) => {
    if (create_request) stream.create(decodeWatchCreate(create_request));
    else if (cancel_request) stream.cancel(BigInt(cancel_request.watch_id));
    else if (progress_request) stream.progress();
  });
}

/** Writes what a stream's watches are told, in order, to its call. */
class WatchAnswers implements WatchSink {
  readonly #outbox: CallOutbox<WireWatchRequest, WireWatchResponse>;
  readonly #parts: Pick<WatchParts, "headers" | "turn"> & { readonly events: SharedEvents };
  /** Answers behind one that is being encoded in slices. */
  #behind: WatchAnswer[] | undefined;
  #behindBytes = 0;

  constructor(
    outbox: CallOutbox<WireWatchRequest, WireWatchResponse>,
    parts: Pick<WatchParts, "headers" | "turn"> & { readonly events: SharedEvents },
  ) {
    this.#outbox = outbox;
    this.#parts = parts;
  }

  get outboxBytes(): number {
    return this.#outbox.bytes + this.#behindBytes;
  }

  send(answer: WatchAnswer): void {
    const fail = (failure: unknown): void => this.#outbox.close(unforeseenStatus(failure));
    if (this.#behind !== undefined) {
      this.#behindBytes += weightOf(answer);
      this.#behind.push(answer);
    } else if (answer.kind !== "events") this.#write(answer);
    else if (answer.events.length > EVENTS_PER_TURN) this.#sendInSlices(answer).catch(fail);
    else this.#writeEvents(answer);
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
    const behind: WatchAnswer[] = [];
    this.#behind = behind;
    this.#behindBytes += weightOf(answer);
    const { events, turn } = this.#parts;
    for (let at = 0; at < answer.events.length && !this.#outbox.isClosed; at++) {
      events.bytesOf(events.wireOf(answer.events[at] as EventsAnswer["events"][number]));
      if (at % EVENTS_PER_TURN === 0) await turn.next();
    }
    this.#behind = undefined;
    this.#behindBytes = 0;
    this.#writeEvents(answer);
    for (const next of behind) this.send(next);
  }

  #writeEvents(answer: EventsAnswer): void {
    const { headers, events } = this.#parts;
    const header = headers.at(answer.revision);
    const parts = answer.fragment
      ? this.#fragments(answer)
      : [answer.events.map((event) => events.wireOf(event))];
    for (const [at, part] of parts.entries()) {
      const fragment = at < parts.length - 1;
      const response = encodeWatchEvents(header, { ...answer, fragment, events: part });
      this.#outbox.write(response, this.#bytesOf(part));
    }
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

function weightOf(answer: WatchAnswer): number {
  if (answer.kind !== "events") return 0;
  return answer.events.reduce(
    (sum, { event, previous }) => sum + event.value.length + (previous?.value.length ?? 0),
    0,
  );
}
