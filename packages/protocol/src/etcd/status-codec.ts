import { status } from "@grpc/grpc-js";
import { HoldfastError, messageOf } from "@holdfast/base";
import { type ApplyFailure, describeFailure, type RefusalCode } from "@holdfast/state-machine";

/** What a call fails with: a gRPC code and the text that etcd's clients compare by the letter. */
export interface WireStatus {
  readonly code: status;
  readonly details: string;
}

const TOO_MANY_REQUESTS: WireStatus = {
  code: status.UNKNOWN,
  details: "etcdserver: too many requests",
};
const NO_SPACE_LEFT: WireStatus = {
  code: status.RESOURCE_EXHAUSTED,
  details: "etcdserver: mvcc: database space exceeded",
};
/** Goes out as UNKNOWN for the same reason. */
const NOT_ENOUGH_STARTED_MEMBERS: WireStatus = {
  code: status.UNKNOWN,
  details: "etcdserver: re-configuration failed due to not enough started members",
};
const CORRUPT: WireStatus = { code: status.DATA_LOSS, details: "etcdserver: corrupt cluster" };

/**
 * The status of every error code that may reach a client (etcd-v3.md §6).
 *
 * "too many requests" goes out as UNKNOWN because etcd does so too, and its Go
 * client finds the code by the text.
 */
const STATUS_BY_CODE: Readonly<Record<string, WireStatus>> = {
  // Requests that have no meaning.
  EMPTY_REQUEST_OP: invalid("key not found"),
  INVALID_SORT_OPTION: invalid("invalid sort option"),
  KEY_NOT_PROVIDED: invalid("key is not provided"),
  LEASE_PROVIDED: invalid("lease is provided"),
  VALUE_PROVIDED: invalid("value is provided"),
  TOO_MANY_OPERATIONS: invalid("too many operations in txn request"),
  UNKNOWN_COMPARE: invalid("compare target or result is not known"),
  COMPACTED: outOfRange("mvcc: required revision has been compacted"),
  INVALID_MEMBER_URLS: invalid("given member URLs are invalid"),
  // What the leader says of members.
  MEMBER_NOT_FOUND: { code: status.NOT_FOUND, details: "etcdserver: member not found" },
  MEMBER_NAME_TAKEN: precondition("member ID already exist"),
  PEER_ADDRESS_TAKEN: precondition("Peer URLs already exists"),
  TOO_MANY_LEARNERS: precondition("too many learner members in cluster"),
  TOO_MANY_MEMBERS: precondition("too many members in cluster"),
  NOT_A_LEARNER: precondition("can only promote a learner member"),
  LEARNER_NOT_READY: precondition("can only promote a learner member which is in sync with leader"),
  LAST_VOTER: NOT_ENOUGH_STARTED_MEMBERS,
  QUORUM_NOT_CONNECTED: unavailable("unhealthy cluster"),
  CHANGE_IN_PROGRESS: unavailable("request timed out"),
  BAD_TRANSFER_TARGET: precondition("bad leader transferee"),
  OUTCOME_UNKNOWN: unavailable("request timed out, possibly due to previous leader failure"),
  // What a replica answers.
  NO_LEADER: unavailable("no leader"),
  LEADER_CHANGED: unavailable("leader changed"),
  REQUEST_TIMED_OUT: unavailable("request timed out"),
  STOPPED: unavailable("server stopped"),
  OVERLOADED: TOO_MANY_REQUESTS,
  NO_SPACE: NO_SPACE_LEFT,
  REQUEST_TOO_LARGE: invalid("request is too large"),
  ABORTED: { code: status.CANCELLED, details: "etcdserver: request canceled" },
  // What the store below it answers.
  TOO_MANY_VIEWS: TOO_MANY_REQUESTS,
  VIEW_EXPIRED: unavailable("request timed out"),
  DISK_FULL: NO_SPACE_LEFT,
  STATE_FAILED: unavailable("server stopped"),
  STATE_DAMAGED: CORRUPT,
  DAMAGED_STATE: CORRUPT,
};

/** Its text names the limit, as that of etcd's gRPC library does. */
const ANSWER_TOO_LARGE = "ANSWER_TOO_LARGE";

/** The status of an error; `undefined` if it is none that was thrown on purpose, or has no text of its own. */
export function statusOfError(failure: unknown): WireStatus | undefined {
  if (!(failure instanceof HoldfastError)) return undefined;
  if (failure.code === ANSWER_TOO_LARGE) {
    return { code: status.RESOURCE_EXHAUSTED, details: failure.message };
  }
  return STATUS_BY_CODE[failure.code];
}

/** The status of an error that nobody foresaw: etcd's clients get its raw text as UNKNOWN. */
export function unforeseenStatus(failure: unknown): WireStatus {
  return { code: status.UNKNOWN, details: messageOf(failure) };
}

/** The status of a request that was refused, or of a committed operation that did nothing. */
export function statusOfRefusal(refusal: {
  readonly code: RefusalCode;
  readonly message: string;
}): WireStatus {
  return { code: status[refusal.code], details: refusal.message };
}

/** The status of a committed operation that did nothing. */
export function statusOfFailure(failure: ApplyFailure): WireStatus {
  return statusOfRefusal(describeFailure(failure));
}

/** The status of a write that took effect, but whose answer is larger than is kept for a second asking, or than is sent at all. */
export function statusOfAnswerGone(revision: number): WireStatus {
  return {
    code: status.UNKNOWN,
    details: `etcdserver: applied at revision ${revision}, but its answer was too large to keep or to send`,
  };
}

function invalid(text: string): WireStatus {
  return { code: status.INVALID_ARGUMENT, details: `etcdserver: ${text}` };
}

function precondition(text: string): WireStatus {
  return { code: status.FAILED_PRECONDITION, details: `etcdserver: ${text}` };
}

function outOfRange(text: string): WireStatus {
  return { code: status.OUT_OF_RANGE, details: `etcdserver: ${text}` };
}

function unavailable(text: string): WireStatus {
  return { code: status.UNAVAILABLE, details: `etcdserver: ${text}` };
}
