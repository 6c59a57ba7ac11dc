import { equalBytes, HoldfastError, type Logger } from "@holdfast/base";
import { type ReplicaApi, ReplicaStoppedError } from "@holdfast/replica";
import {
  BATCH_ARRAYS_MAX,
  type CommandBatch,
  decodeBatch,
  decodeBatchHeader,
  encodeBatch,
  encodeResults,
  type OperationLimits,
  type RowLayout,
  SESSION_ID_BYTES,
  SESSION_WINDOW,
  validateBatch,
} from "@holdfast/state-machine";
import type { ReplicaCalls } from "./call-context.ts";
import { SessionRefusedError } from "./session-errors.ts";
import {
  SESSION_PROTOCOL,
  type SessionLimits,
  type SessionSink,
  type SessionStartRequest,
  type SessionTurnRequest,
} from "./session-messages.ts";
import { answerQueries, readQueries } from "./session-reads.ts";

export interface SessionPorts {
  readonly replica: ReplicaApi;
  readonly calls: ReplicaCalls;
  readonly logger: Logger;
  readonly operationLimits: OperationLimits;
  readonly limits: SessionLimits;
  readonly layout: RowLayout;
}

/** What a stream asks of whoever keeps all of them. */
interface StreamOwner {
  /** Client addresses of the members, `host:port`. */
  endpoints(): readonly string[];
  /** Its client will not use this session any more. */
  farewell(session: Uint8Array): void;
  /** It has ended. */
  forget(stream: SessionStream): void;
}

/** Names the part of a turn that a failure is about. */
interface Part {
  readonly firstSequence: number;
  readonly readId: number;
}

const WHOLE_STREAM: Part = { firstSequence: 0, readId: 0 };

/** The sequence of a session's opening, and of nothing else. */
const OPENING_SEQUENCE = 1;

/**
 * The server's half of one stream of holdfast.v1.Session.
 *
 * States: waiting for the start, open, draining (no turn is taken any more), ended.
 * Invariants: each part of a turn is answered once at most; answers may leave in any
 * order; what is in flight is bounded by not reading the stream. The start asks
 * nothing of the cluster: the client opens its session by a batch like any other.
 */
export class SessionStream {
  readonly #ports: SessionPorts;
  readonly #sink: SessionSink;
  readonly #owner: StreamOwner;
  #state: "waiting" | "open" | "draining" | "ended" = "waiting";
  #session: Uint8Array = new Uint8Array(0);
  /** Parts of turns that wait for an answer. */
  #parts = 0;
  #turns = 0;
  #bytes = 0;
  #paused = false;
  /** The client has said its last word. */
  #isLeft = false;

  constructor(ports: SessionPorts, sink: SessionSink, owner: StreamOwner) {
    this.#ports = ports;
    this.#sink = sink;
    this.#owner = owner;
  }

  /** The client's first message. */
  start(request: SessionStartRequest): void {
    const objection = this.#objectionTo(request);
    if (objection !== undefined) {
      this.#refuse(objection);
      return;
    }
    const { role, waitingFor = "it has stopped" } = this.#ports.replica.status();
    if (role === "stopped") {
      this.#fail(WHOLE_STREAM, new ReplicaStoppedError(waitingFor, "not-applied"));
      this.#end();
      return;
    }
    this.#session = request.sessionId;
    this.#state = "open";
    this.#tellStarted(this.#owner.endpoints());
  }

  /** Members came, went or moved: a client that is told has somewhere to go when this node does too. */
  membersAre(endpoints: readonly string[]): void {
    if (this.#state === "open") this.#tellStarted(endpoints);
  }

  #tellStarted(endpoints: readonly string[]): void {
    const { clusterId, memberId } = this.#ports.replica.status();
    this.#sink.started({
      protocol: SESSION_PROTOCOL,
      clusterId: clusterId ?? 0,
      memberId: memberId ?? 0,
      window: SESSION_WINDOW,
      turnBytesMax: this.#ports.operationLimits.requestBytesMax,
      endpoints,
    });
  }

  /** What one turn of the client asked for. */
  turn(request: SessionTurnRequest): void {
    if (this.#state === "draining" || this.#state === "ended") return;
    if (this.#state !== "open") {
      this.#refuse("the first message of a stream is its start");
      return;
    }
    const parts = (request.commands.length > 0 ? 1 : 0) + (request.queries.length > 0 ? 1 : 0);
    if (parts === 0) return;
    const turn = new TurnInFlight(parts, request.commands.length + request.queries.length);
    this.#parts += parts;
    this.#turns += 1;
    this.#bytes += turn.bytes;
    this.#updateFlow();
    if (request.commands.length > 0) this.#write(request, turn);
    if (request.queries.length > 0) this.#read(request, turn);
  }

  /** The client's last word. */
  end(): void {
    if (this.#state === "ended" || this.#isLeft) return;
    this.#isLeft = true;
    if (this.#session.length > 0) this.#owner.farewell(this.#session);
    this.drain();
  }

  /** Takes no more turns and ends when all in flight are answered. */
  drain(): void {
    if (this.#state === "ended") return;
    this.#state = "draining";
    if (this.#parts === 0) this.#end();
  }

  /** The client is gone: answers have nowhere to go. */
  close(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#owner.forget(this);
  }

  #objectionTo(request: SessionStartRequest): string | undefined {
    if (this.#state !== "waiting") return "the stream has been started before";
    if (request.protocol !== SESSION_PROTOCOL) {
      return `this server speaks protocol ${SESSION_PROTOCOL}, the client ${request.protocol}`;
    }
    if (request.sessionId.length !== SESSION_ID_BYTES) {
      return `a session id has ${SESSION_ID_BYTES} bytes`;
    }
    return undefined;
  }

  #write(request: SessionTurnRequest, turn: TurnInFlight): void {
    // The head is known even where the operations cannot be read, so that only this batch is refused.
    const firstSequence = decodeBatchHeader(request.commands)?.firstSequence ?? 0;
    const part = firstSequence === 0 ? WHOLE_STREAM : { firstSequence, readId: 0 };
    try {
      const batch = decodeBatch(request.commands, { arraysMax: BATCH_ARRAYS_MAX });
      this.#check(batch);
      const count = batch.operations.length;
      const opens = firstSequence === OPENING_SEQUENCE;
      const bytes = opens ? this.#fencedOpening(batch) : request.commands;
      this.#propose(bytes, count, firstSequence, request.timeoutMs).then(
        (results) => {
          if (this.#answers()) this.#sink.results(firstSequence, encodeResults(results));
          this.#settle(turn);
        },
        (failure: unknown) => this.#settleFailed(turn, part, failure),
      );
    } catch (failure) {
      this.#settleFailed(turn, part, failure);
    }
  }

  /** An opening that comes late must not bring back a session that has ended (docs/decisions/0018). */
  #fencedOpening(batch: CommandBatch): Uint8Array {
    const behind = this.#ports.replica.status().applied;
    return encodeBatch({ ...batch, operations: [{ kind: "session-open", behind }] });
  }

  /** @throws SessionRefusedError for a batch that may not be proposed on this stream. */
  #check(batch: CommandBatch): void {
    if (batch.firstSequence === 0) {
      throw new SessionRefusedError("SESSION_PROTOCOL", "the sequences of a session start at 1");
    }
    if (!equalBytes(batch.session, this.#session)) {
      throw new SessionRefusedError(
        "SESSION_MISMATCH",
        "the batch is of another session than the stream",
      );
    }
    const refusal = validateBatch(batch, this.#ports.operationLimits);
    if (refusal !== undefined) {
      const where = refusal.operation === undefined ? "" : `operation ${refusal.operation}: `;
      throw new SessionRefusedError("INVALID_REQUEST", `${where}${refusal.message}`);
    }
    const opens = batch.operations[0]?.kind === "session-open";
    if (opens !== (batch.firstSequence === OPENING_SEQUENCE)) {
      throw new SessionRefusedError(
        "INVALID_REQUEST",
        "sequence 1 of a session is its opening, and no other sequence is",
      );
    }
  }

  #read(request: SessionTurnRequest, turn: TurnInFlight): void {
    const part = { firstSequence: 0, readId: request.readId };
    const { limits, layout, replica, calls } = this.#ports;
    try {
      const queries = readQueries(request.queries, limits);
      const context = {
        timeoutMs: request.timeoutMs || Number.POSITIVE_INFINITY,
        requireLeader: false,
      };
      replica
        .read(
          (point) => answerQueries(queries, point, layout, limits),
          calls.read(context, !request.serializable),
        )
        .then(
          (answers) => {
            if (this.#answers()) this.#sink.readResults(request.readId, answers);
            this.#settle(turn);
          },
          (failure: unknown) => this.#settleFailed(turn, part, failure),
        );
    } catch (failure) {
      this.#settleFailed(turn, part, failure);
    }
  }

  #propose(bytes: Uint8Array, count: number, firstSequence: number, timeoutMs: number) {
    const { replica, calls } = this.#ports;
    return replica.submit(
      { bytes, session: this.#session, firstSequence, count },
      { deadline: calls.deadline(timeoutMs || Number.POSITIVE_INFINITY) },
    );
  }

  #settleFailed(turn: TurnInFlight, part: Part, failure: unknown): void {
    this.#fail(part, failure);
    // A batch that cannot be read names no sequence to answer to: the client cannot be served any further.
    if (part === WHOLE_STREAM) this.#end();
    this.#settle(turn);
  }

  /** One part of a turn is answered. */
  #settle(turn: TurnInFlight): void {
    this.#parts -= 1;
    turn.parts -= 1;
    if (turn.parts === 0) {
      this.#turns -= 1;
      this.#bytes -= turn.bytes;
      this.#updateFlow();
    }
    if (this.#state === "draining" && this.#parts === 0) this.#end();
  }

  #refuse(message: string): void {
    this.#fail(WHOLE_STREAM, new SessionRefusedError("SESSION_PROTOCOL", message));
    this.#end();
  }

  #fail(part: Part, failure: unknown): void {
    if (!(failure instanceof HoldfastError)) {
      this.#ports.logger.error({ failure }, "a session's request failed unexpectedly");
    }
    if (!this.#answers()) return;
    this.#sink.failed({ ...part, ...describe(failure) });
  }

  #answers(): boolean {
    return this.#state !== "ended";
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#owner.forget(this);
    this.#sink.ended(this.#isLeft);
  }

  #updateFlow(): void {
    const { turnsMax, bytesMax } = this.#ports.limits;
    const full = this.#turns >= turnsMax || this.#bytes >= bytesMax;
    if (full === this.#paused || this.#state === "ended") return;
    this.#paused = full;
    if (full) this.#sink.pause();
    else this.#sink.resume();
  }
}

/** What is left of one turn. */
class TurnInFlight {
  readonly bytes: number;
  parts: number;

  constructor(parts: number, bytes: number) {
    this.parts = parts;
    this.bytes = bytes;
  }
}

function describe(failure: unknown) {
  if (failure instanceof HoldfastError) {
    const { code, message, outcome, retryable } = failure;
    return { code, message, outcome, retryable };
  }
  const message = "the request failed unexpectedly; see the node's log";
  return { code: "INTERNAL", message, outcome: "unknown" as const, retryable: false };
}
