import type { ServerDuplexStream, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Logger, Turn } from "@holdfast/base";
import {
  decodeWatchCreate,
  statusOfError,
  unforeseenStatus,
  type WatchHandlers,
  type WireWatchRequest,
  type WireWatchResponse,
} from "@holdfast/protocol";
import type { Headers, WatchService, WatchStream } from "@holdfast/service";
import type { CallLedger } from "../requests/call-ledger.ts";
import { CallOutbox } from "./call-outbox.ts";
import type { SharedEvents } from "./shared-events.ts";
import { contextOf } from "./unary-call.ts";
import { WatchAnswers } from "./watch-answers.ts";

export interface WatchParts {
  readonly watches: WatchService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
  readonly turn: Turn;
}

type Call = ServerDuplexStream<WireWatchRequest, WireWatchResponse>;

/** Answers that wait to be sent, bytes; above, the client's requests are not read. */
const OUTBOX_BYTES_MAX = 8 * 1024 * 1024;
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
