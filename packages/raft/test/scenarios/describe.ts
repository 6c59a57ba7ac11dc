import { type MemberId, toByteString } from "@holdfast/base";
import type { Entry, EntryId, Membership, Message, Outcome, Transition } from "../../src/index.ts";
import { membershipCodec } from "./disk.ts";

const TEXT_MAX = 16;

export function nameOf(id: MemberId): string {
  return `n${id}`;
}

function namesOf(ids: readonly MemberId[]): string {
  return ids.length === 0 ? "none" : ids.map(nameOf).join(" ");
}

export function describeId({ index, term }: EntryId): string {
  return `${index}t${term}`;
}

/** The text of a proposal; `x*500` is x five hundred times. */
export function describePayload(payload: Uint8Array): string {
  const text = toByteString(payload.subarray(0, TEXT_MAX));
  return payload.length > TEXT_MAX ? `${text.slice(0, 1)}*${payload.length}` : text;
}

/** `3t1 x`, `1t1 noop`, `4t1 voters n1 n2 & n1`; an entry that a file only numbers has no more than its id. */
export function describeEntry(entry: Entry): string {
  const id = describeId(entry);
  if (entry.kind === "noop") return `${id} noop`;
  if (entry.kind === "membership") {
    return `${id} ${describeMembership(membershipCodec.decode(entry.payload))}`;
  }
  return entry.payload.length === 0 ? id : `${id} ${describePayload(entry.payload)}`;
}

export function describeMembership(membership: Membership): string {
  const { voters, outgoing, learners, learnersNext, autoLeave, promotions } = membership;
  const words = [`voters ${namesOf(voters)}`];
  if (outgoing.length > 0) words.push(`& ${namesOf(outgoing)}`);
  if (learners.length > 0) words.push(`learners ${namesOf(learners)}`);
  if (learnersNext.length > 0) words.push(`then learners ${namesOf(learnersNext)}`);
  for (const { learner, replaces } of promotions) {
    const whose = replaces === undefined ? "" : ` for ${nameOf(replaces)}`;
    words.push(`to promote ${nameOf(learner)}${whose}`);
  }
  if (outgoing.length > 0 && !autoLeave) words.push("not left by itself");
  return words.join(" ");
}

/** How much of a message is printed. */
export interface MessageDetail {
  /** Sessions with peers and rounds, which most scenarios are not about. */
  readonly sessions: boolean;
  /** Ids of questions are large and random; this gives them small names. */
  readonly questionName: (asker: MemberId, id: number) => string;
}

export function describeMessage(message: Message, detail: MessageDetail): string {
  const link = `${nameOf(message.from)}->${nameOf(message.to)}`;
  const session =
    detail.sessions && "epoch" in message ? ` (epoch ${message.epoch} round ${message.round})` : "";
  return `${link} ${message.kind} term ${message.term}${contents(message, detail)}${session}`;
}

function contents(message: Message, { questionName }: MessageDetail): string {
  switch (message.kind) {
    case "pre-vote-request":
      return ` last ${describeId(message.last)}`;
    case "vote-request":
      return ` last ${describeId(message.last)}${message.transfer ? " transfer" : ""}`;
    case "pre-vote-response":
    case "vote-response":
      return message.granted ? " granted" : " refused";
    case "append-request": {
      const entries = message.entries.map(describeEntry).join(", ");
      return ` prev ${describeId(message.prev)} [${entries}] commit ${message.commit}`;
    }
    case "append-accepted":
      return ` match ${message.match}`;
    case "append-rejected":
      return ` prev ${message.rejected} hint ${describeId(message.hint)}`;
    case "heartbeat-request":
      return ` commit ${message.commit}`;
    case "read-index-request":
      return ` ${questionName(message.from, message.id)}`;
    case "read-index-response": {
      const answer = message.index === undefined ? "refused" : `index ${message.index}`;
      return ` ${questionName(message.to, message.id)} ${answer}`;
    }
    case "snapshot-offer":
      return ` state ${describeId(message.meta.last)}`;
    default:
      return "";
  }
}

export function describeTransition(transition: Transition): string {
  if (transition.kind === "membership") {
    return `configuration ${describeMembership(transition.membership)}`;
  }
  if (transition.kind === "malformed") {
    return `passes over ${transition.message} of ${nameOf(transition.from)}: ${transition.problem}`;
  }
  const { role, term, leader, reason } = transition;
  const of = role === "follower" && leader !== undefined ? ` of ${nameOf(leader)}` : "";
  return `${role}${of}, term ${term}: ${reason}`;
}

/** `label` is the scenario's name of the token. */
export function describeOutcome(outcome: Outcome, label: string): string {
  switch (outcome.kind) {
    case "accepted":
      return `${label} accepted as ${describeId(outcome.id)}`;
    case "refused":
    case "membership-refused":
      return `${label} refused: ${outcome.reason}`;
    case "read-ready":
      return `${label} ready at ${outcome.index}`;
    case "read-failed":
      return `${label} failed`;
    case "membership-done":
      return `${label} done at ${outcome.index}`;
    case "membership-unknown":
      return `${label} unknown`;
    case "transfer-done":
      return `${label} done: ${nameOf(outcome.leader)} leads`;
    case "transfer-failed":
      return `${label} failed: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
