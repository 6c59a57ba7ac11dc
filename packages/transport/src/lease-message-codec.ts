import {
  bytesAt,
  countAt,
  exactFields,
  fieldsOf,
  flagAt,
  MalformedPeerDataError,
  memberIdAt,
} from "@holdfast/protocol";
import type { LeaseMessage } from "@holdfast/replica";

/** Part of peer format 1, as in peer-codec.ts. */
export const LEASE_ASK = 7;
export const LEASE_ANSWER = 8;

const ID_BYTES = 8;

/** What is said of leases as positional fields (docs/peer-format.md). */
export function leaseMessageFields(message: LeaseMessage): readonly unknown[] {
  const { from, id } = message;
  if (message.kind === "lease-ask") return [LEASE_ASK, from, id, idBytes(message.leases)];
  const { remainingMs } = message;
  return [
    LEASE_ANSWER,
    from,
    id,
    remainingMs !== undefined,
    remainingMs?.map((ms) => ms + 1) ?? [],
  ];
}

/** @throws MalformedPeerDataError if it is no message of this kind. */
export function leaseAskOf(value: unknown): LeaseMessage {
  const fields = exactFields(value, 4, "lease-ask");
  const leases = idsOf(bytesAt(fields, 3, "lease-ask"));
  const from = memberIdAt(fields, 1, "lease-ask");
  return { kind: "lease-ask", from, id: countAt(fields, 2, "lease-ask"), leases };
}

/** @throws MalformedPeerDataError if it is no message of this kind. */
export function leaseAnswerOf(value: unknown): LeaseMessage {
  const fields = exactFields(value, 5, "lease-answer");
  const said = fieldsOf(fields[4], "lease-answer");
  const remainingMs = said.map((_, at) => countAt(said, at, "lease-answer") - 1);
  return {
    kind: "lease-answer",
    from: memberIdAt(fields, 1, "lease-answer"),
    id: countAt(fields, 2, "lease-answer"),
    remainingMs: flagAt(fields, 3, "lease-answer") ? remainingMs : undefined,
  };
}

/** At least what such a message takes when encoded, beside a small one. */
export function leaseMessageBytes(message: LeaseMessage): number {
  const leases = message.kind === "lease-ask" ? message.leases : (message.remainingMs ?? []);
  return leases.length * (ID_BYTES + 1);
}

function idBytes(leases: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(leases.length * ID_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, id] of leases.entries()) view.setBigInt64(at * ID_BYTES, id);
  return bytes;
}

function idsOf(bytes: Uint8Array): readonly bigint[] {
  if (bytes.length % ID_BYTES !== 0) {
    throw new MalformedPeerDataError("lease-ask: the ids of leases are cut off");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / ID_BYTES }, (_, at) =>
    view.getBigInt64(at * ID_BYTES),
  );
}
