import { below, FIRST_GROUP, type Random } from "@holdfast/base";
import { bytesTarget, editValue, type FuzzTarget, mutateBytes, pick } from "@holdfast/base/fuzz";
import { MalformedPeerDataError, packPeerData, unpackPeerData } from "@holdfast/protocol";
import { decodePeerFrame, encodePeerFrame, peerMessageBytes } from "../../src/peer-codec.ts";
import { PEER_MESSAGES } from "./peer-examples.ts";

const frames = [PEER_MESSAGES, ...PEER_MESSAGES.map((message) => [message])].map((messages) =>
  encodePeerFrame({ groupId: FIRST_GROUP, messages }),
);

/** Half of them are of the right form with a wrong field, so that they come past the packer. */
function editedFrame(random: Random): Uint8Array {
  if (below(random, 2) === 0) return mutateBytes(random, frames);
  let fields = unpackPeerData(pick(random, frames).subarray(1));
  for (let edits = 1 + below(random, 2); edits > 0; edits--) fields = editValue(random, fields);
  return Uint8Array.of(1, ...packPeerData(Array.isArray(fields) ? fields : [fields]));
}

export const PEER_FRAME_TARGETS: readonly FuzzTarget[] = [
  bytesTarget({
    name: "peer-frame",
    runs: 1_500,
    refusals: [MalformedPeerDataError],
    examples: frames,
    make: editedFrame,
    read: (bytes) => {
      const frame = decodePeerFrame(bytes);
      // What was received is weighed too, before it waits anywhere.
      const weight = frame.messages.reduce((sum, message) => sum + peerMessageBytes(message), 0);
      if (!Number.isSafeInteger(weight)) throw new Error(`a frame weighs ${weight}`);
      return frame;
    },
    write: encodePeerFrame,
  }),
];
