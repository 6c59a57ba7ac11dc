import { FIRST_GROUP, type GroupId } from "@holdfast/base";
import {
  bytesAt,
  countAt,
  decodeMessage,
  encodeMessage,
  exactFields,
  fieldsOf,
  flagAt,
  MalformedPeerDataError,
  memberIdAt,
  packPeerData,
  unpackPeerData,
} from "@holdfast/protocol";
import { ENTRY_OVERHEAD_BYTES, entryBytes } from "@holdfast/raft";
import type { ForwardRefusal, PeerMessage } from "@holdfast/replica";
import {
  HASH_ANSWER,
  HASH_ASK,
  hashAnswerOf,
  hashAskOf,
  hashMessageFields,
} from "./hash-message-codec.ts";
import {
  LEASE_ANSWER,
  LEASE_ASK,
  leaseAnswerOf,
  leaseAskOf,
  leaseMessageBytes,
  leaseMessageFields,
} from "./lease-message-codec.ts";
import { answerFields, answerOf, questionFields, questionOf } from "./question-codec.ts";

/** The first byte of every frame. */
const PEER_FORMAT_VERSION = 1;

/** How each kind is numbered on the wire; part of peer format 1. */
const RAFT = 1;
const FORWARD = 2;
const FORWARD_REFUSED = 3;
const ASK = 4;
const ANSWER = 5;
const ROOM = 6;

const REASONS: readonly ForwardRefusal[] = ["not-leader", "overloaded", "no-space"];

/** A frame as it was received: what one turn of the sender had to say to one group. */
export interface PeerFrame {
  readonly groupId: GroupId;
  readonly messages: readonly PeerMessage[];
}

/** Lays out a frame: a version byte, then MessagePack of `[groupId, [message, …]]` (docs/peer-format.md). */
export function encodePeerFrame(frame: PeerFrame): Uint8Array {
  const packed = packPeerData([frame.groupId, frame.messages.map(fieldsOfMessage)]);
  const bytes = new Uint8Array(1 + packed.length);
  bytes[0] = PEER_FORMAT_VERSION;
  bytes.set(packed, 1);
  return bytes;
}

/**
 * The frame that {@link encodePeerFrame} laid out. Payloads are views of `bytes`.
 *
 * @throws MalformedPeerDataError for anything else, whatever it is.
 */
export function decodePeerFrame(bytes: Uint8Array): PeerFrame {
  const version = bytes[0];
  if (version !== PEER_FORMAT_VERSION) {
    throw new MalformedPeerDataError(
      `a peer frame of format ${version ?? "none"} cannot be read; this release reads format ${PEER_FORMAT_VERSION}`,
    );
  }
  const fields = exactFields(unpackPeerData(bytes.subarray(1)), 2, "peer frame");
  const groupId = countAt(fields, 0, "peer frame");
  if (groupId !== FIRST_GROUP) {
    throw new MalformedPeerDataError(`a peer frame names group ${groupId}, which is not here`);
  }
  return { groupId, messages: fieldsOf(fields[1], "peer frame").map(messageOfFields) };
}

/** What a message weighs in a queue and a frame, bytes: at least what it takes when encoded. */
export function peerMessageBytes(peerMessage: PeerMessage): number {
  switch (peerMessage.kind) {
    case "forward":
      return peerMessage.batch.length + SMALL_MESSAGE_BYTES;
    case "forward-refused":
      return peerMessage.session.length + SMALL_MESSAGE_BYTES;
    case "ask":
    case "answer":
      return QUESTION_BYTES;
    case "lease-ask":
    case "lease-answer":
      return SMALL_MESSAGE_BYTES + leaseMessageBytes(peerMessage);
    case "room":
    case "hash-ask":
    case "hash-answer":
      return SMALL_MESSAGE_BYTES;
    case "raft":
      break;
  }
  const { message } = peerMessage;
  if (message.kind === "append-request") {
    let bytes = SMALL_MESSAGE_BYTES;
    for (const entry of message.entries) bytes += entryBytes(entry);
    return bytes;
  }
  if (message.kind === "snapshot-offer") {
    let bytes = SMALL_MESSAGE_BYTES;
    const { profiles, promotions } = message.meta.membership;
    bytes += promotions.length * PROMOTION_BYTES;
    for (const { name, peerAddress, clientAddress } of profiles) {
      bytes += 3 * (name.length + peerAddress.length + clientAddress.length) + PROFILE_BYTES;
    }
    return bytes;
  }
  return SMALL_MESSAGE_BYTES;
}

/** Eleven numbers of nine bytes and the headers around them. */
const SMALL_MESSAGE_BYTES = 96 + ENTRY_OVERHEAD_BYTES;
/** A profile's id, store id and headers, and its id in up to four lists. */
const PROFILE_BYTES = 128;
/** Names, addresses and texts are short, and few are under way. */
const QUESTION_BYTES = 4096;
/** Two ids, a flag and a header. */
const PROMOTION_BYTES = 24;

function fieldsOfMessage(peerMessage: PeerMessage): readonly unknown[] {
  switch (peerMessage.kind) {
    case "raft":
      return [RAFT, encodeMessage(peerMessage.message)];
    case "forward":
      return [FORWARD, peerMessage.from, peerMessage.batch];
    case "forward-refused": {
      const { from, session, firstSequence, reason } = peerMessage;
      return [FORWARD_REFUSED, from, session, firstSequence, REASONS.indexOf(reason)];
    }
    case "ask": {
      const { from, id, withinMs, question } = peerMessage;
      return [ASK, from, id, withinMs, questionFields(question)];
    }
    case "answer":
      return [ANSWER, peerMessage.from, peerMessage.id, answerFields(peerMessage.answer)];
    case "room":
      return [ROOM, peerMessage.from, peerMessage.hasRoom];
    case "hash-ask":
    case "hash-answer":
      return hashMessageFields(peerMessage);
    default:
      return leaseMessageFields(peerMessage);
  }
}

function messageOfFields(value: unknown): PeerMessage {
  const kind = countAt(fieldsOf(value, "peer message"), 0, "peer message");
  switch (kind) {
    case RAFT:
      return { kind: "raft", message: decodeMessage(exactFields(value, 2, "raft")[1]) };
    case FORWARD: {
      const fields = exactFields(value, 3, "forward");
      const from = memberIdAt(fields, 1, "forward");
      return { kind: "forward", from, batch: bytesAt(fields, 2, "forward") };
    }
    case FORWARD_REFUSED:
      return forwardRefused(exactFields(value, 5, "forward-refused"));
    case ASK:
      return askOf(exactFields(value, 5, "ask"));
    case ANSWER: {
      const fields = exactFields(value, 4, "answer");
      const from = memberIdAt(fields, 1, "answer");
      return {
        kind: "answer",
        from,
        id: countAt(fields, 2, "answer"),
        answer: answerOf(fields[3]),
      };
    }
    case ROOM: {
      const fields = exactFields(value, 3, "room");
      return {
        kind: "room",
        from: memberIdAt(fields, 1, "room"),
        hasRoom: flagAt(fields, 2, "room"),
      };
    }
    case LEASE_ASK:
      return leaseAskOf(value);
    case LEASE_ANSWER:
      return leaseAnswerOf(value);
    case HASH_ASK:
      return hashAskOf(value);
    case HASH_ANSWER:
      return hashAnswerOf(value);
    default:
      throw new MalformedPeerDataError(`a peer message of kind ${kind} is not known`);
  }
}

function askOf(fields: readonly unknown[]): PeerMessage {
  return {
    kind: "ask",
    from: memberIdAt(fields, 1, "ask"),
    id: countAt(fields, 2, "ask"),
    withinMs: countAt(fields, 3, "ask"),
    question: questionOf(fields[4]),
  };
}

function forwardRefused(fields: readonly unknown[]): PeerMessage {
  const reason = REASONS[countAt(fields, 4, "forward-refused")];
  if (reason === undefined) {
    throw new MalformedPeerDataError("forward-refused: the reason is not known");
  }
  return {
    kind: "forward-refused",
    from: memberIdAt(fields, 1, "forward-refused"),
    session: bytesAt(fields, 2, "forward-refused"),
    firstSequence: countAt(fields, 3, "forward-refused"),
    reason,
  };
}
