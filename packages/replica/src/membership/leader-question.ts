import type { MemberId, Outcome } from "@holdfast/base";
import type { MembershipRequest } from "./membership-request.ts";

/** What only the leader can do, asked by any member on behalf of an operator. */
export type LeaderQuestion =
  | { readonly kind: "change-membership"; readonly request: MembershipRequest }
  /** `to` undefined: the most advanced voter. */
  | { readonly kind: "transfer-leadership"; readonly to: MemberId | undefined };

/** What became of it. */
export type LeaderAnswer =
  /** Committed; `member` is the one that was added, changed or removed, or that leads now. */
  | { readonly kind: "done"; readonly member: MemberId }
  | {
      readonly kind: "failed";
      /** The code of the error that the asker throws. */
      readonly code: string;
      readonly message: string;
      readonly outcome: Outcome;
      readonly retryable: boolean;
    };
