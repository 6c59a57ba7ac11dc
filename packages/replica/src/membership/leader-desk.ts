import { type Clock, HoldfastError, type MemberId, type Millis } from "@holdfast/base";
import type { Input, MembershipTarget, Outcome, RaftStatus } from "@holdfast/raft";
import type { LeaderAnswer, LeaderQuestion } from "./leader-question.ts";
import { MembershipRefusedError } from "./membership-refused-error.ts";
import type { MembershipRequest } from "./membership-request.ts";
import { type ClusterView, planRequest } from "./plan-request.ts";

/** Between two attempts while another change is under way, ms. */
const RETRY_MS = 50;
/** Changes dealt with at a time, whoever asks: each looks at the configuration again and again. */
export const CHANGES_MAX = 256;
/** A learner whose log holds so much of the leader's has caught up. */
const IN_SYNC_SHARE = 0.9;

export interface LeaderDeskParts {
  readonly clock: Clock;
  status(): RaftStatus;
  enqueue(input: Input): void;
  isConnected(id: MemberId): boolean;
  newId(): MemberId;
}

type DeskOutcome = Extract<
  Outcome,
  { readonly kind: `membership-${string}` | `transfer-${string}` }
>;

/**
 * Where a leader does what only a leader can: it computes a configuration from the
 * one in force, has the core take it up, and answers when it is committed.
 */
export class LeaderDesk {
  readonly #parts: LeaderDeskParts;
  readonly #open = new Map<number, (outcome: DeskOutcome | undefined) => void>();
  #lastToken = 0;
  #changes = 0;

  constructor(parts: LeaderDeskParts) {
    this.#parts = parts;
  }

  /** Answers by `deadline`, or when the core does. */
  async serve(question: LeaderQuestion, deadline: Millis): Promise<LeaderAnswer> {
    try {
      // Whoever stops or has no room hands over, however many changes wait.
      return question.kind === "change-membership"
        ? await this.#changeInTurn(question.request, deadline)
        : await this.#transfer(question.to);
    } catch (failure) {
      if (!(failure instanceof HoldfastError)) throw failure;
      const { code, message, outcome, retryable } = failure;
      return { kind: "failed", code, message, outcome, retryable };
    }
  }

  /** Takes up a configuration that was computed from the one at `basedOn`. */
  propose(basedOn: number, target: MembershipTarget): Promise<DeskOutcome | undefined> {
    return this.#ask((token) => ({ kind: "change-membership", token, basedOn, target }));
  }

  settled(outcome: DeskOutcome): void {
    const settle = this.#open.get(outcome.token);
    this.#open.delete(outcome.token);
    settle?.(outcome);
  }

  /** The core is asked nothing more: what became of what it was asked is not known here. */
  failAll(): void {
    for (const settle of this.#open.values()) settle(undefined);
    this.#open.clear();
  }

  async #changeInTurn(request: MembershipRequest, deadline: Millis): Promise<LeaderAnswer> {
    if (this.#changes >= CHANGES_MAX) return OVERLOADED;
    this.#changes++;
    try {
      return await this.#change(request, deadline);
    } finally {
      this.#changes--;
    }
  }

  async #change(request: MembershipRequest, deadline: Millis): Promise<LeaderAnswer> {
    for (;;) {
      const attempt = await this.#attempt(request);
      if (attempt.kind !== "busy") return attempt;
      if (this.#parts.clock.now() + RETRY_MS >= deadline) {
        throw new MembershipRefusedError(
          "CHANGE_IN_PROGRESS",
          "another change of the membership was under way all the time",
        );
      }
      await this.#pause();
    }
  }

  async #attempt(request: MembershipRequest): Promise<LeaderAnswer | { readonly kind: "busy" }> {
    const status = this.#parts.status();
    if (status.role !== "leader") return NOT_LEADER;
    if (status.membership.outgoing.length > 0) return { kind: "busy" };
    const { target, member } = planRequest(status.membership, request, this.#view(status));
    const outcome = await this.propose(status.membershipIndex, target);
    switch (outcome?.kind) {
      case "membership-done":
        return { kind: "done", member };
      case "membership-refused":
        return outcome.reason === "not-leader" ? NOT_LEADER : { kind: "busy" };
      case undefined:
        return lostLeadership(STOPPING);
      default:
        return lostLeadership("the change is in the log, but this member leads no longer");
    }
  }

  async #transfer(to: MemberId | undefined): Promise<LeaderAnswer> {
    const outcome = await this.#ask((token) => ({ kind: "transfer-leadership", token, to }));
    if (outcome === undefined) return lostLeadership(STOPPING);
    if (outcome.kind === "transfer-done") return { kind: "done", member: outcome.leader };
    const reason = outcome.kind === "transfer-failed" ? outcome.reason : "aborted";
    switch (reason) {
      case "not-leader":
        return NOT_LEADER;
      case "no-target":
        return {
          kind: "failed",
          code: "BAD_TRANSFER_TARGET",
          message: "leadership goes to another voter only, and there is no such one",
          outcome: "not-applied",
          retryable: false,
        };
      case "timed-out":
        return lostLeadership("the other member did not take over in time; it may still");
      default:
        return lostLeadership("another member took over, or the target left");
    }
  }

  /** Resolves with `undefined` if the core is stopped first. */
  #ask(input: (token: number) => Input): Promise<DeskOutcome | undefined> {
    this.#lastToken++;
    const token = this.#lastToken;
    return new Promise((resolve) => {
      this.#open.set(token, resolve);
      this.#parts.enqueue(input(token));
    });
  }

  #view({ id: self, lastIndex, peers }: RaftStatus): ClusterView {
    const { isConnected, newId } = this.#parts;
    return {
      isConnected: (id) => id === self || isConnected(id),
      isInSync: (id) => {
        const peer = peers.find((each) => each.id === id);
        return peer?.state === "replicate" && peer.match >= lastIndex * IN_SYNC_SHARE;
      },
      newId,
    };
  }

  #pause(): Promise<void> {
    return new Promise((resume) => {
      this.#parts.clock.timer(RETRY_MS, resume);
    });
  }
}

const NOT_LEADER: LeaderAnswer = {
  kind: "failed",
  code: "NO_LEADER",
  message: "the member that was asked leads no longer",
  outcome: "not-applied",
  retryable: true,
};

const OVERLOADED: LeaderAnswer = {
  kind: "failed",
  code: "OVERLOADED",
  message: `the leader deals with ${CHANGES_MAX} changes already`,
  outcome: "not-applied",
  retryable: true,
};

const STOPPING = "the node is stopping";

function lostLeadership(message: string): LeaderAnswer {
  return { kind: "failed", code: "OUTCOME_UNKNOWN", message, outcome: "unknown", retryable: false };
}
