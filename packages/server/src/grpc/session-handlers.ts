import { type ServerDuplexStream, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Logger } from "@holdfast/base";
import {
  limitOf,
  type SessionHandlers,
  type SessionReply,
  type SessionRequest__Output,
  statusOfError,
  unforeseenStatus,
} from "@holdfast/protocol";
import type { SessionService, SessionSink, SessionStream } from "@holdfast/service";
import type { CallLedger } from "../requests/call-ledger.ts";
import { CallOutbox } from "./call-outbox.ts";

export interface SessionParts {
  readonly sessions: SessionService;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}

type Call = ServerDuplexStream<SessionRequest__Output, SessionReply>;

/**
 * Answers that wait to be sent, bytes; above, the stream is not read until the
 * client has taken them.
 */
const OUTBOX_BYTES_MAX = 8 * 1024 * 1024;

/** holdfast.v1.Session */
export function sessionHandlers({
  sessions,
  ledger,
  logger,
}: SessionParts): SessionHandlers & UntypedServiceImplementation {
  const calls = ledger.method({
    service: "holdfast.v1.Session",
    method: "Open",
    type: "bidi_stream",
  });
  return {
    Open: (call) => {
      calls.started();
      const outbox = new CallOutbox(call, { calls, bytesMax: OUTBOX_BYTES_MAX });
      try {
        serve(call, outbox, sessions.open(new CallSink(outbox)));
      } catch (failure) {
        const known = statusOfError(failure);
        if (known === undefined) logger.error({ failure }, "a session stream failed unexpectedly");
        outbox.close(known ?? unforeseenStatus(failure));
      }
    },
  };
}

function serve(
  call: Call,
  outbox: CallOutbox<SessionRequest__Output, SessionReply>,
  stream: SessionStream,
): void {
  call.on("data", (request: SessionRequest__Output) => {
    if (request.start) {
      stream.start({
        protocol: request.start.protocol,
        sessionId: request.start.session_id,
      });
    } else if (request.turn) {
      stream.turn({
        commands: request.turn.commands,
        readId: limitOf(request.turn.read_id),
        queries: request.turn.queries,
        timeoutMs: request.turn.timeout_ms,
        serializable: request.turn.serializable,
      });
    } else if (request.end) {
      stream.end();
    }
  });
  // The client has no more to ask; what it asked is still answered.
  call.on("end", () => stream.drain());
  call.on("cancelled", () => {
    stream.close();
    outbox.gone();
  });
}

/** Writes a session's answers to its call. */
class CallSink implements SessionSink {
  readonly #outbox: CallOutbox<SessionRequest__Output, SessionReply>;

  constructor(outbox: CallOutbox<SessionRequest__Output, SessionReply>) {
    this.#outbox = outbox;
  }

  started(reply: Parameters<SessionSink["started"]>[0]): void {
    this.#outbox.write(
      {
        started: {
          protocol: reply.protocol,
          cluster_id: reply.clusterId,
          member_id: reply.memberId,
          window: reply.window,
          turn_bytes_max: reply.turnBytesMax,
          endpoints: [...reply.endpoints],
        },
      },
      0,
    );
  }

  results(firstSequence: number, results: Uint8Array): void {
    this.#outbox.write({ results: { first_sequence: firstSequence, results } }, results.length);
  }

  readResults(readId: number, results: Uint8Array): void {
    this.#outbox.write({ read_results: { read_id: readId, results } }, results.length);
  }

  failed(reply: Parameters<SessionSink["failed"]>[0]): void {
    this.#outbox.write(
      {
        failure: {
          first_sequence: reply.firstSequence,
          read_id: reply.readId,
          code: reply.code,
          message: reply.message,
          outcome: reply.outcome,
          retryable: reply.retryable,
        },
      },
      0,
    );
  }

  pause(): void {
    this.#outbox.pause();
  }

  resume(): void {
    this.#outbox.resume();
  }

  /** A client that said its last word gets OK; any other is to go on with another node. */
  ended(asked: boolean): void {
    this.#outbox.close(
      asked || this.#outbox.isHalfClosed
        ? { code: status.OK, details: "" }
        : { code: status.UNAVAILABLE, details: "holdfast: the session's stream ended here" },
    );
  }
}
