import type { MemberId, Outcome } from "@holdfast/base";
import {
  countAt,
  exactFields,
  fieldsOf,
  flagAt,
  MalformedPeerDataError,
  memberIdAt,
  textAt,
} from "@holdfast/protocol";
import type { LeaderAnswer, LeaderQuestion, MembershipRequest } from "@holdfast/replica";

/** How questions, requests and outcomes are numbered on the wire; part of peer format 1. */
const QUESTIONS = ["change-membership", "transfer-leadership"] as const;
const REQUESTS = ["add", "remove", "promote", "update"] as const;
const OUTCOMES: readonly Outcome[] = ["not-applied", "applied", "unknown"];
const DONE = 0;
const FAILED = 1;

/** A question for the leader as positional fields (docs/peer-format.md). */
export function questionFields(question: LeaderQuestion): readonly unknown[] {
  const kind = QUESTIONS.indexOf(question.kind);
  if (question.kind === "transfer-leadership") {
    return [kind, question.to !== undefined, question.to ?? 1];
  }
  return [kind, ...requestFields(question.request)];
}

/** @throws MalformedPeerDataError if it is no question. */
export function questionOf(value: unknown): LeaderQuestion {
  const kind = QUESTIONS[countAt(fieldsOf(value, "question"), 0, "question")];
  if (kind === "transfer-leadership") {
    const fields = exactFields(value, 3, kind);
    const to = memberIdAt(fields, 2, kind);
    return { kind, to: flagAt(fields, 1, kind) ? to : undefined };
  }
  if (kind === "change-membership") return { kind, request: requestOf(fieldsOf(value, kind)) };
  throw new MalformedPeerDataError("a question of this kind is not known");
}

export function answerFields(answer: LeaderAnswer): readonly unknown[] {
  if (answer.kind === "done") return [DONE, answer.member];
  const { code, message, outcome, retryable } = answer;
  return [FAILED, code, message, OUTCOMES.indexOf(outcome), retryable];
}

/** @throws MalformedPeerDataError if it is no answer. */
export function answerOf(value: unknown): LeaderAnswer {
  const kind = countAt(fieldsOf(value, "answer"), 0, "answer");
  if (kind === DONE) {
    return { kind: "done", member: memberIdAt(exactFields(value, 2, "answer"), 1, "answer") };
  }
  const fields = exactFields(value, 5, "answer");
  const outcome = OUTCOMES[countAt(fields, 3, "answer")];
  if (kind !== FAILED || outcome === undefined) {
    throw new MalformedPeerDataError("an answer of this kind is not known");
  }
  return {
    kind: "failed",
    code: textAt(fields, 1, "answer"),
    message: textAt(fields, 2, "answer"),
    outcome,
    retryable: flagAt(fields, 4, "answer"),
  };
}

function requestFields(request: MembershipRequest): readonly unknown[] {
  const kind = REQUESTS.indexOf(request.kind);
  switch (request.kind) {
    case "add":
      return [kind, request.name, request.peerAddress, request.clientAddress, request.learner];
    case "update":
      return [kind, request.id, request.peerAddress, request.clientAddress];
    default:
      return [kind, request.id];
  }
}

function requestOf(fields: readonly unknown[]): MembershipRequest {
  const what = "membership request";
  const kind = REQUESTS[countAt(fields, 1, what)];
  switch (kind) {
    case "add":
      exactFields(fields, 6, what);
      return {
        kind,
        name: textAt(fields, 2, what),
        peerAddress: textAt(fields, 3, what),
        clientAddress: textAt(fields, 4, what),
        learner: flagAt(fields, 5, what),
      };
    case "update":
      exactFields(fields, 5, what);
      return {
        kind,
        id: memberId(fields),
        peerAddress: textAt(fields, 3, what),
        clientAddress: textAt(fields, 4, what),
      };
    case "remove":
    case "promote":
      exactFields(fields, 3, what);
      return { kind, id: memberId(fields) };
    default:
      throw new MalformedPeerDataError("a membership request of this kind is not known");
  }
}

function memberId(fields: readonly unknown[]): MemberId {
  return memberIdAt(fields, 2, "membership request");
}
