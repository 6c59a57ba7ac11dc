import { assert } from "@holdfast/base";
import type { AppendRequest, Entry, EntryId, EntryKind, Message } from "@holdfast/raft";
import { MalformedPeerDataError } from "./malformed-peer-data-error.ts";
import { decodeMembership, encodeMembership } from "./membership-codec.ts";
import { bytesAt, countAt, exactFields, fieldsOf, flagAt, memberIdAt } from "./peer-fields.ts";

type Kind = Message["kind"];

/** How each kind is numbered on the wire and how many fields it has; part of peer format 1. */
const FORMS: Readonly<Record<Kind, { readonly number: number; readonly fields: number }>> = {
  "pre-vote-request": { number: 1, fields: 6 },
  "pre-vote-response": { number: 2, fields: 5 },
  "vote-request": { number: 3, fields: 7 },
  "vote-response": { number: 4, fields: 5 },
  "append-request": { number: 5, fields: 11 },
  "append-accepted": { number: 6, fields: 7 },
  "append-rejected": { number: 7, fields: 9 },
  "heartbeat-request": { number: 8, fields: 8 },
  "heartbeat-response": { number: 9, fields: 6 },
  "read-index-request": { number: 10, fields: 5 },
  "read-index-response": { number: 11, fields: 7 },
  "timeout-now": { number: 12, fields: 4 },
  "snapshot-offer": { number: 13, fields: 9 },
};

const KINDS: readonly (Kind | undefined)[] = kindsByNumber();
const ENTRY_KINDS: readonly (EntryKind | undefined)[] = [
  undefined,
  "noop",
  "commands",
  "membership",
];
const ENTRY_KIND_NUMBERS: Readonly<Record<EntryKind, number>> = {
  noop: 1,
  commands: 2,
  membership: 3,
};
/** Term, kind and payload of each entry stand behind one another in one array. */
const ENTRY_FIELDS = 3;

/**
 * The positional form of a message: `[kind, from, to, term, …]`, of numbers,
 * booleans, bytes and arrays (docs/peer-format.md).
 *
 * Payloads of entries are handed on as they are, never copied. Entries follow
 * `prev` without a gap, so their indices are not written.
 */
export function encodeMessage(message: Message): unknown[] {
  const fields: unknown[] = [FORMS[message.kind].number, message.from, message.to, message.term];
  switch (message.kind) {
    case "pre-vote-request":
      fields.push(message.last.term, message.last.index);
      break;
    case "vote-request":
      fields.push(message.last.term, message.last.index, message.transfer);
      break;
    case "pre-vote-response":
    case "vote-response":
      fields.push(message.granted);
      break;
    case "append-request":
      fields.push(message.epoch, message.round, message.prev.term, message.prev.index);
      fields.push(message.commit, message.floor, entryFields(message));
      break;
    case "append-accepted":
      fields.push(message.epoch, message.round, message.match);
      break;
    case "append-rejected":
      fields.push(message.epoch, message.round, message.rejected);
      fields.push(message.hint.term, message.hint.index);
      break;
    case "heartbeat-request":
      fields.push(message.epoch, message.round, message.commit, message.floor);
      break;
    case "heartbeat-response":
      fields.push(message.epoch, message.round);
      break;
    case "read-index-request":
      fields.push(message.id);
      break;
    case "read-index-response":
      fields.push(message.id, message.index !== undefined, message.index ?? 0);
      break;
    case "timeout-now":
      break;
    case "snapshot-offer":
      fields.push(message.epoch, message.round, message.meta.last.term, message.meta.last.index);
      fields.push(encodeMembership(message.meta.membership));
      break;
  }
  return fields;
}

/**
 * The message that {@link encodeMessage} laid out; payloads are views of what was received.
 *
 * @throws MalformedPeerDataError for anything else, whatever it is.
 */
export function decodeMessage(value: unknown): Message {
  const number = countAt(fieldsOf(value, "raft message"), 0, "raft message");
  const kind = KINDS[number];
  if (kind === undefined) {
    throw new MalformedPeerDataError(`a raft message of kind ${number} is not known`);
  }
  const fields = exactFields(value, FORMS[kind].fields, kind);
  const envelope = {
    from: memberIdAt(fields, 1, kind),
    to: memberIdAt(fields, 2, kind),
    term: countAt(fields, 3, kind),
  };
  switch (kind) {
    case "pre-vote-request":
      return { kind, ...envelope, last: entryIdAt(fields, 4, kind) };
    case "vote-request": {
      const last = entryIdAt(fields, 4, kind);
      return { kind, ...envelope, last, transfer: flagAt(fields, 6, kind) };
    }
    case "pre-vote-response":
    case "vote-response":
      return { kind, ...envelope, granted: flagAt(fields, 4, kind) };
    case "read-index-request":
      return { kind, ...envelope, id: countAt(fields, 4, kind) };
    case "read-index-response": {
      const known = flagAt(fields, 5, kind);
      const index = countAt(fields, 6, kind);
      return { kind, ...envelope, id: countAt(fields, 4, kind), index: known ? index : undefined };
    }
    case "timeout-now":
      return { kind, ...envelope };
    default:
      return decodeSessionMessage(kind, envelope, fields);
  }
}

type Envelope = Pick<Message, "from" | "to" | "term">;
type SessionMessage = Extract<Message, { readonly epoch: number }>;

/** The messages between a leader and one peer, which all name an epoch and a round. */
function decodeSessionMessage(
  kind: SessionMessage["kind"],
  envelope: Envelope,
  fields: readonly unknown[],
): SessionMessage {
  // Field by field: these are most of all messages, and a spread costs more than all the checks.
  const { from, to, term } = envelope;
  const epoch = countAt(fields, 4, kind);
  const round = countAt(fields, 5, kind);
  switch (kind) {
    case "append-request": {
      const prev = entryIdAt(fields, 6, kind);
      const commit = countAt(fields, 8, kind);
      const floor = countAt(fields, 9, kind);
      const entries = entriesBehind(prev, fieldsOf(fields[10], kind));
      return { kind, from, to, term, epoch, round, prev, entries, commit, floor };
    }
    case "append-accepted":
      return { kind, from, to, term, epoch, round, match: countAt(fields, 6, kind) };
    case "append-rejected": {
      const rejected = countAt(fields, 6, kind);
      return { kind, from, to, term, epoch, round, rejected, hint: entryIdAt(fields, 7, kind) };
    }
    case "heartbeat-request": {
      const commit = countAt(fields, 6, kind);
      return { kind, from, to, term, epoch, round, commit, floor: countAt(fields, 7, kind) };
    }
    case "heartbeat-response":
      return { kind, from, to, term, epoch, round };
    case "snapshot-offer": {
      const membership = decodeMembership(bytesAt(fields, 8, kind));
      return {
        kind,
        from,
        to,
        term,
        epoch,
        round,
        meta: { last: entryIdAt(fields, 6, kind), membership },
      };
    }
  }
}

function entryFields({ prev, entries }: AppendRequest): unknown[] {
  const fields: unknown[] = [];
  let index = prev.index;
  for (const entry of entries) {
    index += 1;
    assert(entry.index === index, "entries of an append request follow prev without a gap");
    fields.push(entry.term, ENTRY_KIND_NUMBERS[entry.kind], entry.payload);
  }
  return fields;
}

function entriesBehind(prev: EntryId, fields: readonly unknown[]): readonly Entry[] {
  if (fields.length % ENTRY_FIELDS !== 0) {
    throw new MalformedPeerDataError("entries of an append request are cut off");
  }
  const entries: Entry[] = [];
  for (let at = 0; at < fields.length; at += ENTRY_FIELDS) {
    const kind = ENTRY_KINDS[countAt(fields, at + 1, "entry")];
    if (kind === undefined) throw new MalformedPeerDataError("an entry is of no known kind");
    const index = prev.index + entries.length + 1;
    if (!Number.isSafeInteger(index)) {
      throw new MalformedPeerDataError("an entry lies beyond index 2^53 - 1");
    }
    const term = countAt(fields, at, "entry");
    entries.push({ term, index, kind, payload: bytesAt(fields, at + 2, "entry") });
  }
  return entries;
}

function entryIdAt(fields: readonly unknown[], at: number, what: string): EntryId {
  return { term: countAt(fields, at, what), index: countAt(fields, at + 1, what) };
}

function kindsByNumber(): readonly (Kind | undefined)[] {
  const kinds: (Kind | undefined)[] = [];
  for (const [kind, { number }] of Object.entries(FORMS)) kinds[number] = kind as Kind;
  return kinds;
}
