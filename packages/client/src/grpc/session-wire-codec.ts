import type { Outcome } from "@holdfast/base";
import type { SessionReply__Output, SessionRequest } from "@holdfast/protocol";
import type { SessionFrame, SessionReply } from "../core/session-transport.ts";

/** A frame as `proto/holdfast/v1/session.proto` has it. */
export function encodeFrame(frame: SessionFrame): SessionRequest {
  if (frame.kind === "start") {
    return { start: { protocol: frame.protocol, session_id: frame.sessionId } };
  }
  if (frame.kind === "end") return { end: {} };
  return {
    turn: {
      commands: frame.commands,
      read_id: frame.readId,
      queries: frame.queries,
      timeout_ms: frame.timeoutMs,
      serializable: frame.serializable,
    },
  };
}

/** A reply in our own types; `undefined` for one that this version does not know, or with a number above 2^53. */
export function decodeReply(wire: SessionReply__Output): SessionReply | undefined {
  const reply = decodeKnown(wire);
  if (reply === undefined) return undefined;
  const numbers = Object.values(reply).filter((value) => typeof value === "number");
  return numbers.every((value) => Number.isSafeInteger(value)) ? reply : undefined;
}

function decodeKnown({
  started,
  results,
  read_results,
  failure,
}: SessionReply__Output): SessionReply | undefined {
  if (results) {
    return {
      kind: "results",
      firstSequence: Number(results.first_sequence),
      results: results.results,
    };
  }
  if (read_results) {
    return {
      kind: "read-results",
      readId: Number(read_results.read_id),
      results: read_results.results,
    };
  }
  if (failure) {
    return {
      kind: "failure",
      firstSequence: Number(failure.first_sequence),
      readId: Number(failure.read_id),
      code: failure.code,
      message: failure.message,
      outcome: outcomeOf(failure.outcome),
      retryable: failure.retryable,
    };
  }
  if (started) {
    return {
      kind: "started",
      protocol: started.protocol,
      clusterId: Number(started.cluster_id),
      memberId: Number(started.member_id),
      window: started.window,
      turnBytesMax: started.turn_bytes_max,
      endpoints: started.endpoints,
    };
  }
  return undefined;
}

/** What we cannot read, we do not know. */
function outcomeOf(text: string): Outcome {
  return text === "not-applied" || text === "applied" ? text : "unknown";
}
