import type { Membership } from "../types/membership.ts";

/** How a configuration becomes the payload of its entry; the wire's format, injected. */
export interface MembershipCodec {
  encode(membership: Membership): Uint8Array;
  /** Throws if the bytes are no membership. */
  decode(bytes: Uint8Array): Membership;
}
