import { HoldfastError } from "@holdfast/base";

/** Why a change of the membership was refused; stable names for programs. */
export type MembershipRefusedCode =
  | "MEMBER_NOT_FOUND"
  | "MEMBER_NAME_TAKEN"
  | "PEER_ADDRESS_TAKEN"
  | "TOO_MANY_LEARNERS"
  | "TOO_MANY_MEMBERS"
  | "NOT_A_LEARNER"
  | "LEARNER_NOT_READY"
  | "QUORUM_NOT_CONNECTED"
  | "CHANGE_IN_PROGRESS"
  | "LAST_VOTER";

/** The change would break the cluster, or makes no sense; nothing was changed. */
export class MembershipRefusedError extends HoldfastError {
  readonly code: MembershipRefusedCode;
  readonly outcome = "not-applied";
  readonly retryable: boolean;

  constructor(code: MembershipRefusedCode, message: string) {
    super(message);
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}

/** These pass by themselves. */
const RETRYABLE: ReadonlySet<MembershipRefusedCode> = new Set<MembershipRefusedCode>([
  "LEARNER_NOT_READY",
  "QUORUM_NOT_CONNECTED",
  "CHANGE_IN_PROGRESS",
]);
