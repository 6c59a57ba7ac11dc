import type {
  SessionStream as ClientStream,
  SessionFrame,
  SessionReply,
  SessionStreamHandlers,
  SessionTransport,
} from "@holdfast/client/core";
import type { SessionSink } from "@holdfast/service";
import type { ServerProcess } from "../machine/server-process.ts";
import type { ServedHalf, Towards } from "./stream-connection.ts";
import { StreamWire } from "./stream-wire.ts";

/** Session streams between clients and nodes. */
export class SessionWire
  extends StreamWire<SessionFrame, SessionReply>
  implements SessionTransport
{
  open(address: string, handlers: SessionStreamHandlers): ClientStream {
    const stream = this.dial(address, {
      serve,
      received: (reply) => handlers.received(reply),
      ended: (reason) => handlers.ended(reason),
    });
    return stream ?? { send: () => undefined, close: () => undefined };
  }
}

function serve(
  process: ServerProcess,
  towards: Towards<SessionReply>,
): ServedHalf<SessionFrame> | undefined {
  const served = process.sessions?.open(sinkOf(towards));
  if (served === undefined) return undefined;
  return {
    take: (frame) => {
      if (frame.kind === "start") served.start(frame);
      else if (frame.kind === "turn") served.turn(frame);
      else served.end();
    },
    close: () => served.close(),
  };
}

function sinkOf(towards: Towards<SessionReply>): SessionSink {
  return {
    started: (fields) => towards.reply({ kind: "started", ...fields }),
    results: (firstSequence, results) => towards.reply({ kind: "results", firstSequence, results }),
    readResults: (readId, results) => towards.reply({ kind: "read-results", readId, results }),
    failed: (fields) => towards.reply({ kind: "failure", ...fields }),
    pause: () => towards.pause(),
    resume: () => towards.resume(),
    ended: () => towards.ended("the session's stream ended here"),
  };
}
