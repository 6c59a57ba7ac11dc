import {
  type ServerDuplexStream,
  type StatusObject,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
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
import type { CallLedger, MethodCalls } from "../requests/call-ledger.ts";

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
/** What an answer takes in memory beside its bytes until the client has taken it; refusals have no others. */
const REPLY_OVERHEAD_BYTES = 1024;

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
      const sink = new CallSink(call, calls);
      try {
        serve(call, sink, sessions.open(sink));
      } catch (failure) {
        const known = statusOfError(failure);
        if (known === undefined) logger.error({ failure }, "a session stream failed unexpectedly");
        sink.close(known ?? unforeseenStatus(failure));
      }
    },
  };
}

function serve(call: Call, sink: CallSink, stream: SessionStream): void {
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
    }
  });
  // The client has no more to ask; what it asked is still answered.
  call.on("end", () => stream.drain());
  call.on("cancelled", () => {
    stream.close();
    sink.gone();
  });
}

/** Writes a session's answers to its call. */
class CallSink implements SessionSink {
  readonly #call: Call;
  readonly #calls: MethodCalls;
  #paused = false;
  #outboxBytes = 0;
  #halfClosed = false;
  #closed = false;

  constructor(call: Call, calls: MethodCalls) {
    this.#call = call;
    this.#calls = calls;
    call.on("end", () => {
      this.#halfClosed = true;
    });
  }

  started(reply: Parameters<SessionSink["started"]>[0]): void {
    this.#write(
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
    this.#write({ results: { first_sequence: firstSequence, results } }, results.length);
  }

  readResults(readId: number, results: Uint8Array): void {
    this.#write({ read_results: { read_id: readId, results } }, results.length);
  }

  failed(reply: Parameters<SessionSink["failed"]>[0]): void {
    this.#write(
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
    this.#paused = true;
    this.#call.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#updateFlow();
  }

  /** A client that said its last word gets OK; any other is to go on with another node. */
  ended(): void {
    this.close(
      this.#halfClosed
        ? { code: status.OK, details: "" }
        : { code: status.UNAVAILABLE, details: "holdfast: the session's stream ended here" },
    );
  }

  close(final: Pick<StatusObject, "code" | "details">): void {
    if (this.#closed) return;
    this.#closed = true;
    if (final.code === status.OK) this.#call.end();
    else this.#call.emit("error", final);
    this.#calls.ended(final.code);
  }

  /** The client is gone, so nothing can be sent. */
  gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#calls.ended(status.CANCELLED);
  }

  #write(reply: SessionReply, bytes: number): void {
    if (this.#closed) return;
    const weight = bytes + REPLY_OVERHEAD_BYTES;
    this.#outboxBytes += weight;
    this.#call.write(reply, () => {
      this.#outboxBytes -= weight;
      this.#updateFlow();
    });
    this.#updateFlow();
  }

  #updateFlow(): void {
    if (this.#closed) return;
    if (this.#paused || this.#outboxBytes > OUTBOX_BYTES_MAX) this.#call.pause();
    else if (this.#call.isPaused()) this.#call.resume();
  }
}
