import { toByteString } from "@holdfast/base";
import type { Membership, MembershipCodec } from "@holdfast/raft";

/** Configurations as ASCII JSON: the wire's own format has tests of its own. */
export const asciiMembershipCodec: MembershipCodec = {
  encode: (membership) => {
    const text = JSON.stringify(membership);
    return Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  },
  decode: (bytes) => JSON.parse(toByteString(bytes)) as Membership,
};
