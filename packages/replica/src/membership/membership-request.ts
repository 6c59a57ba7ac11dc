import type { MemberId } from "@holdfast/base";

/** What an operator asks of the membership. Addresses are `host:port`. */
export type MembershipRequest =
  | {
      readonly kind: "add";
      /** Empty: whoever joins from the peer address names it. */
      readonly name: string;
      readonly peerAddress: string;
      /** Empty: told by the node when it joins. */
      readonly clientAddress: string;
      /** Stays a learner; else it becomes a voter by itself once it has caught up (decision 17). */
      readonly learner: boolean;
    }
  | { readonly kind: "remove"; readonly id: MemberId }
  /** Makes a voter of a learner that has caught up. */
  | { readonly kind: "promote"; readonly id: MemberId }
  | {
      readonly kind: "update";
      readonly id: MemberId;
      /** Empty: as it is. */
      readonly peerAddress: string;
      /** Empty: as it is. */
      readonly clientAddress: string;
    };
