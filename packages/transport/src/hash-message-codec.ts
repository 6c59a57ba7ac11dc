import { countAt, exactFields, flagAt, memberIdAt } from "@holdfast/protocol";
import type { HashMessage } from "@holdfast/replica";

/** Part of peer format 1, as in peer-codec.ts. */
export const HASH_ASK = 9;
export const HASH_ANSWER = 10;

/** What is said of hashes as positional fields (docs/peer-format.md). */
export function hashMessageFields(message: HashMessage): readonly unknown[] {
  const { from, id } = message;
  if (message.kind === "hash-ask") return [HASH_ASK, from, id, message.index, message.revision];
  const { rolling, kv } = message.hashes;
  return [
    HASH_ANSWER,
    from,
    id,
    rolling !== undefined,
    rolling ?? 0,
    kv !== undefined,
    kv?.hash ?? 0,
    (kv?.compactRevision ?? -1) + 1,
  ];
}

/** @throws MalformedPeerDataError if it is no message of this kind. */
export function hashAskOf(value: unknown): HashMessage {
  const what = "hash-ask";
  const fields = exactFields(value, 5, what);
  return {
    kind: what,
    from: memberIdAt(fields, 1, what),
    id: countAt(fields, 2, what),
    index: countAt(fields, 3, what),
    revision: countAt(fields, 4, what),
  };
}

/** @throws MalformedPeerDataError if it is no message of this kind. */
export function hashAnswerOf(value: unknown): HashMessage {
  const what = "hash-answer";
  const fields = exactFields(value, 8, what);
  const rolling = countAt(fields, 4, what);
  const kv = { hash: countAt(fields, 6, what), compactRevision: countAt(fields, 7, what) - 1 };
  return {
    kind: what,
    from: memberIdAt(fields, 1, what),
    id: countAt(fields, 2, what),
    hashes: {
      rolling: flagAt(fields, 3, what) ? rolling : undefined,
      kv: flagAt(fields, 5, what) ? kv : undefined,
    },
  };
}
