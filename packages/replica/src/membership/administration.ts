import {
  type Clock,
  type Logger,
  type MemberId,
  type Millis,
  messageOf,
  type Random,
  randomWireId,
} from "@holdfast/base";
import type { Input, Outcome, RaftStatus } from "@holdfast/raft";
import type { PeerMessage } from "../ports/peer-network.ts";
import type { ReplicaCall } from "../replica-api.ts";
import { Admission } from "./admission.ts";
import type { Knock } from "./judge-knock.ts";
import { LeaderDesk } from "./leader-desk.ts";
import type { LeaderQuestion } from "./leader-question.ts";
import { LeaderQuestions } from "./leader-questions.ts";

export interface AdministrationParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  leader(): MemberId | undefined;
  status(): RaftStatus;
  enqueue(input: Input): void;
  isConnected(id: MemberId): boolean;
  /** Whether this member has not been connected for an election timeout. */
  isLost(id: MemberId): boolean;
  send(to: MemberId, message: PeerMessage): void;
}

/** A peer's question is given up after so long, whatever the peer says, ms. */
export const ASK_MS_MAX: Millis = 60_000;

/** What operators and unborn nodes want of the cluster, as one member deals with it. */
export class Administration {
  readonly #parts: AdministrationParts;
  readonly #desk: LeaderDesk;
  readonly #questions: LeaderQuestions;
  readonly #admission: Admission;

  constructor(parts: AdministrationParts) {
    const { random } = parts;
    const newId = (): MemberId => randomWireId(random) as MemberId;
    this.#parts = parts;
    this.#desk = new LeaderDesk({ ...parts, newId });
    this.#admission = new Admission({ ...parts, desk: this.#desk, newId });
    this.#questions = new LeaderQuestions({
      ...parts,
      serve: (question, deadline) => this.#desk.serve(question, deadline),
    });
  }

  /** Brings a question to the leader, wherever it is, and resolves with the member it is about. */
  ask(question: LeaderQuestion, call: ReplicaCall): Promise<MemberId> {
    return this.#questions.ask(question, call);
  }

  knocked(knock: Knock): void {
    this.#admission.knocked(knock);
  }

  received(message: Extract<PeerMessage, { readonly kind: "ask" | "answer" }>): void {
    if (message.kind === "answer") {
      this.#questions.answered(message.from, message.id, message.answer);
      return;
    }
    const { from, id, withinMs, question } = message;
    const { clock, logger } = this.#parts;
    const deadline = clock.now() + Math.min(withinMs, ASK_MS_MAX);
    this.#answer(from, id, question, deadline).catch((failure: unknown) =>
      logger.error({ from, failure: messageOf(failure) }, "a question of a peer was not answered"),
    );
  }

  settled(outcome: Outcome): void {
    switch (outcome.kind) {
      case "membership-done":
      case "membership-refused":
      case "membership-unknown":
      case "transfer-done":
      case "transfer-failed":
        return this.#desk.settled(outcome);
      default:
        return;
    }
  }

  disconnected(peer: MemberId): void {
    this.#questions.disconnected(peer);
  }

  failAll(): void {
    this.#questions.failAll();
    this.#desk.failAll();
  }

  async #answer(
    to: MemberId,
    id: number,
    question: LeaderQuestion,
    deadline: Millis,
  ): Promise<void> {
    const answer = await this.#desk.serve(question, deadline);
    this.#parts.send(to, { kind: "answer", from: this.#parts.self, id, answer });
  }
}
