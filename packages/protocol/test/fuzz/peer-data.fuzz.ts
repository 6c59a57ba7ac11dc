import { below, type Random } from "@holdfast/base";
import { bytesTarget, editValue, type FuzzTarget, mutateBytes, pick } from "@holdfast/base/fuzz";
import {
  decodeMembership,
  decodeMessage,
  encodeMembership,
  encodeMessage,
  MalformedPeerDataError,
  packPeerData,
  unpackPeerData,
} from "../../src/index.ts";
import { A, B, MEMBERSHIP, MESSAGES } from "../peer-examples.ts";

const refusals = [MalformedPeerDataError];
const runs = 1_500;
const messages = MESSAGES.map((message) => packPeerData(encodeMessage(message)));
const [LEARNER] = MEMBERSHIP.learners;
const promotions =
  LEARNER === undefined
    ? []
    : [
        { learner: LEARNER, replaces: undefined },
        { learner: A, replaces: B },
      ];
const memberships = [MEMBERSHIP, { ...MEMBERSHIP, promotions }].map(encodeMembership);

/** Half of them are of the right form with a wrong field, so that they come past the packer. */
function editedMessage(random: Random): Uint8Array {
  if (below(random, 2) === 0) return mutateBytes(random, messages);
  let fields: unknown = encodeMessage(pick(random, MESSAGES));
  for (let edits = 1 + below(random, 2); edits > 0; edits--) fields = editValue(random, fields);
  return packPeerData(Array.isArray(fields) ? fields : [fields]);
}

function editedMembership(random: Random): Uint8Array {
  const bytes = pick(random, memberships);
  if (below(random, 2) === 0) return mutateBytes(random, memberships);
  const fields = editValue(random, unpackPeerData(bytes.subarray(1)));
  return Uint8Array.of(bytes[0] ?? 1, ...packPeerData(Array.isArray(fields) ? fields : [fields]));
}

export const PEER_DATA_TARGETS: readonly FuzzTarget[] = [
  bytesTarget({
    name: "raft-message",
    runs,
    refusals,
    examples: messages,
    make: editedMessage,
    read: (bytes) => decodeMessage(unpackPeerData(bytes)),
    write: (message) => packPeerData(encodeMessage(message)),
  }),
  bytesTarget({
    name: "membership",
    runs,
    refusals,
    examples: memberships,
    make: editedMembership,
    read: decodeMembership,
    write: encodeMembership,
  }),
];
