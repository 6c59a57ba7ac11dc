import type { MemberId, Millis } from "@holdfast/base";

/** What replicas say to each other of leases; a question that is lost is asked again. */
export type LeaseMessage =
  | {
      readonly kind: "lease-ask";
      readonly from: MemberId;
      readonly id: number;
      readonly leases: readonly bigint[];
    }
  | {
      readonly kind: "lease-answer";
      readonly from: MemberId;
      readonly id: number;
      /** For each lease what is left of it, -1 if it is not there; `undefined`: this member does not lead, or not yet. */
      readonly remainingMs: readonly Millis[] | undefined;
    };
