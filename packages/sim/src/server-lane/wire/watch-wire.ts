import type { Millis } from "@holdfast/base";
import type { OpenWatch, WatchListener, WatchRequest, WatchTransport } from "@holdfast/client/core";
import type { WatchAnswer, WatchCreateRequest, WatchSink, WatchStream } from "@holdfast/service";
import { AnsweredWatch } from "../invariants/watch-law.ts";
import type { ServerProcess } from "../machine/server-process.ts";
import type { ServedHalf, Towards } from "./stream-connection.ts";
import { StreamWire, type StreamWireParts } from "./stream-wire.ts";

/** A client that is not heard by its node for so long is told by its gRPC library: two pings' time, ms. */
const SILENCE_MS: Millis = 15_000;

/** Watches of the SDK, one stream for each. */
export class WatchWire extends StreamWire<WatchCreateRequest, Underway> implements WatchTransport {
  readonly #timeline: StreamWireParts["timeline"];

  constructor(parts: StreamWireParts) {
    super(parts);
    this.#timeline = parts.timeline;
  }

  open(address: string, request: WatchRequest, listener: WatchListener): OpenWatch {
    let isOver = false;
    const law = new AnsweredWatch();
    const ended = (reason: string): void => {
      if (!isOver) listener.ended(reason);
      isOver = true;
    };
    const stream = this.dial(address, {
      serve,
      received: ({ answer, taken }) => {
        taken();
        if (!isOver) tell(answer, { listener, law });
      },
      ended,
      silent: () => void this.#timeline.after(SILENCE_MS, () => ended("no answer to a ping")),
    });
    stream?.send(createOf(request));
    return {
      pause: () => undefined,
      resume: () => undefined,
      close: () => {
        isOver = true;
        stream?.close();
      },
    };
  }

  /** Each stream is a connection of its own here. */
  close(): void {}
}

/** An answer on its way to its client, which the node hears of when the client has it. */
interface Underway {
  readonly answer: WatchAnswer;
  taken(): void;
}

/** What an answer weighs until its client has it. */
const ANSWER_BYTES = 100;

function serve(
  process: ServerProcess,
  towards: Towards<Underway>,
): ServedHalf<WatchCreateRequest> | undefined {
  let outboxBytes = 0;
  let served: WatchStream | undefined;
  const sink: WatchSink = {
    get outboxBytes() {
      return outboxBytes;
    },
    send: (answer) => {
      outboxBytes += ANSWER_BYTES;
      const taken = (): void => {
        process.time.run(() => {
          outboxBytes -= ANSWER_BYTES;
          served?.taken();
        });
      };
      towards.reply({ answer, taken });
    },
    fail: (failure) => towards.ended(failure.message),
  };
  const stream = process.watches?.open(sink, { requireLeader: true });
  if (stream === undefined) return undefined;
  served = stream;
  return { take: (request) => stream.create(request), close: () => stream.close() };
}

function createOf({
  key,
  rangeEnd,
  startRevision,
  previous,
  puts,
  deletions,
}: WatchRequest): WatchCreateRequest {
  return {
    watchId: 0n,
    key,
    rangeEnd,
    startRevision,
    progressNotify: true,
    noPut: !puts,
    noDelete: !deletions,
    prevKv: previous,
    fragment: false,
  };
}

function tell(
  answer: WatchAnswer,
  { listener, law }: { readonly listener: WatchListener; readonly law: AnsweredWatch },
): void {
  switch (answer.kind) {
    case "created":
      return listener.created(answer.revision);
    case "refused":
      return listener.refused(answer.reason);
    case "full":
      return listener.full(answer.reason);
    case "compacted":
      return listener.compacted(answer.compactRevision);
    case "progress":
      return listener.told([], answer.revision);
    case "events": {
      const changes = answer.events.map(({ event, previous }) => ({
        kind: event.kind,
        kv: event,
        previous,
      }));
      law.answered(changes);
      return listener.told(changes, answer.revision);
    }
    case "canceled":
      return undefined;
  }
}
