import {
  type Cancel,
  type Clock,
  HoldfastError,
  type MemberId,
  type Millis,
  type Outcome,
} from "@holdfast/base";
import type { PeerMessage } from "../ports/peer-network.ts";
import type { ReplicaCall } from "../replica-api.ts";
import {
  CallAbortedError,
  NoLeaderError,
  OverloadedError,
  RequestTimedOutError,
} from "../replica-errors.ts";
import type { LeaderAnswer, LeaderQuestion } from "./leader-question.ts";

/** Questions of one node that wait for an answer at most. */
const PENDING_MAX = 64;

/** The leader would not, or could not; `code` says why, as the leader's own error does. */
export class LeaderRefusedError extends HoldfastError {
  readonly code: string;
  readonly outcome: Outcome;
  readonly retryable: boolean;

  constructor(answer: Extract<LeaderAnswer, { readonly kind: "failed" }>) {
    super(answer.message);
    this.code = answer.code;
    this.outcome = answer.outcome;
    this.retryable = answer.retryable;
  }
}

export interface LeaderQuestionsParts {
  readonly self: MemberId;
  readonly clock: Clock;
  leader(): MemberId | undefined;
  /** Answers here, where this member leads. */
  serve(question: LeaderQuestion, deadline: Millis): Promise<LeaderAnswer>;
  send(to: MemberId, message: PeerMessage): void;
}

interface Waiting {
  readonly to: MemberId;
  readonly cancel: Cancel;
  settle(answer: LeaderAnswer): void;
}

/**
 * Brings an operator's question to the leader, from whichever node was asked. It is sent
 * once: asking again could do twice what was asked once, so a lost answer is told
 * as unknown.
 */
export class LeaderQuestions {
  readonly #parts: LeaderQuestionsParts;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(parts: LeaderQuestionsParts) {
    this.#parts = parts;
  }

  /**
   * @throws {LeaderRefusedError} with the leader's reason.
   * @throws {NoLeaderError} if no leader is known here: nothing was asked.
   * @throws {RequestTimedOutError} if no answer came in time: it may still happen.
   */
  async ask(question: LeaderQuestion, call: ReplicaCall): Promise<MemberId> {
    const { self, leader, serve } = this.#parts;
    if (call.signal?.aborted === true) {
      throw new CallAbortedError("the caller had given it up", "not-applied");
    }
    const to = leader();
    if (to === undefined) throw new NoLeaderError("no leader is known that could do it");
    const answer =
      to === self ? await serve(question, call.deadline) : await this.#askPeer(to, question, call);
    if (answer.kind === "failed") throw new LeaderRefusedError(answer);
    return answer.member;
  }

  /** A peer answers; an answer that nobody waits for any more is dropped. */
  answered(from: MemberId, id: number, answer: LeaderAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting?.to !== from) return;
    this.#waiting.delete(id);
    waiting.cancel();
    waiting.settle(answer);
  }

  /** The leader that was asked is out of reach: whether it did it is not known here. */
  disconnected(peer: MemberId): void {
    for (const [id, { to }] of this.#waiting) {
      if (to === peer) this.answered(peer, id, lost("the connection to the leader broke"));
    }
  }

  failAll(): void {
    for (const [id, { to }] of this.#waiting) this.answered(to, id, lost("the node is stopping"));
  }

  #askPeer(to: MemberId, question: LeaderQuestion, call: ReplicaCall): Promise<LeaderAnswer> {
    const { self, clock, send } = this.#parts;
    if (this.#waiting.size >= PENDING_MAX) {
      throw new OverloadedError(`${PENDING_MAX} questions to the leader are waiting already`);
    }
    this.#lastId++;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const withinMs = Math.max(0, Math.ceil(call.deadline - clock.now()));
      const cancel = clock.timer(withinMs, () => {
        this.#waiting.delete(id);
        reject(new RequestTimedOutError("the leader did not answer in time", "unknown"));
      });
      this.#waiting.set(id, { to, cancel, settle: resolve });
      send(to, { kind: "ask", from: self, id, withinMs, question });
    });
  }
}

function lost(message: string): LeaderAnswer {
  return { kind: "failed", code: "OUTCOME_UNKNOWN", message, outcome: "unknown", retryable: false };
}
