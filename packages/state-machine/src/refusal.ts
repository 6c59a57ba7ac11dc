import type { Revision } from "@holdfast/base";
import { REVISION_DELETIONS_MAX } from "./apply/revision-deletions.ts";
import type { ApplyFailure } from "./command.ts";
import { LEASE_IDS_MAX } from "./validate/lease-limits.ts";

/** gRPC's name of the status that etcd answers with. */
export type RefusalCode =
  | "INVALID_ARGUMENT"
  | "NOT_FOUND"
  | "OUT_OF_RANGE"
  | "FAILED_PRECONDITION"
  | "RESOURCE_EXHAUSTED"
  | "ABORTED"
  | "DATA_LOSS";

/** A request was refused before anything was proposed or read; clients match on the exact text. */
export interface RequestRefusal {
  readonly kind: "refusal";
  readonly reason: RequestRefusalReason;
  readonly code: RefusalCode;
  readonly message: string;
}

export type RequestRefusalReason =
  | "key-not-provided"
  | "key-not-found"
  | "value-provided"
  | "lease-provided"
  | "too-many-operations"
  | "duplicate-key"
  | "invalid-sort-option"
  | "request-too-large"
  | "session-operation"
  | "batch-size"
  | "session-id"
  | "sequence-beyond-window"
  | "lease-ttl"
  | "lease-operation"
  | "alarm-operation";

/** A read at a revision that is not there, no longer or not yet. */
export type ReadRefusal =
  | {
      readonly kind: "refusal";
      readonly reason: "compacted";
      readonly code: "OUT_OF_RANGE";
      readonly message: string;
      /** The smallest revision that can be read. */
      readonly compactRevision: Revision;
    }
  | {
      readonly kind: "refusal";
      readonly reason: "future-revision";
      readonly code: "OUT_OF_RANGE";
      readonly message: string;
    };

const COMPACTED_TEXT = "etcdserver: mvcc: required revision has been compacted";
const FUTURE_TEXT = "etcdserver: mvcc: required revision is a future revision";

const REQUEST_TEXTS: Readonly<Record<RequestRefusalReason, string>> = {
  "key-not-provided": "etcdserver: key is not provided",
  "key-not-found": "etcdserver: key not found",
  "value-provided": "etcdserver: value is provided",
  "lease-provided": "etcdserver: lease is provided",
  "too-many-operations": "etcdserver: too many operations in txn request",
  "duplicate-key": "etcdserver: duplicate key given in txn request",
  "invalid-sort-option": "etcdserver: invalid sort option",
  "request-too-large": "etcdserver: request is too large",
  "session-operation": "holdfast: sessions are opened alone and expired by the leader only",
  "batch-size": "holdfast: a batch holds 1 to 1024 operations",
  "session-id": "holdfast: a session id has 16 bytes",
  "sequence-beyond-window": "holdfast: a batch reaches beyond its session's window",
  "lease-ttl": "etcdserver: too large lease TTL",
  "alarm-operation": "holdfast: alarms are raised and ended by Maintenance.Alarm",
  "lease-operation": `holdfast: a lease has an id other than 0 and a time to live, ${LEASE_IDS_MAX} are renewed at once, and the leader alone says when one is over`,
};

/** The refusal of that reason, with etcd's text where etcd has one (etcd-v3.md §6). */
export function requestRefusal(reason: RequestRefusalReason): RequestRefusal {
  const code = reason === "lease-ttl" ? "OUT_OF_RANGE" : "INVALID_ARGUMENT";
  return { kind: "refusal", reason, code, message: REQUEST_TEXTS[reason] };
}

export function compactedRefusal(compactRevision: Revision): ReadRefusal {
  return {
    kind: "refusal",
    reason: "compacted",
    code: "OUT_OF_RANGE",
    message: COMPACTED_TEXT,
    compactRevision,
  };
}

export function futureRefusal(): ReadRefusal {
  return { kind: "refusal", reason: "future-revision", code: "OUT_OF_RANGE", message: FUTURE_TEXT };
}

/** How the failure of an applied operation is told to a client: etcd's status and text where etcd has them. */
export function describeFailure(failure: ApplyFailure): {
  readonly code: RefusalCode;
  readonly message: string;
} {
  switch (failure.reason) {
    case "lease-not-found":
      return { code: "NOT_FOUND", message: "etcdserver: requested lease not found" };
    case "key-not-found":
      return { code: "INVALID_ARGUMENT", message: REQUEST_TEXTS["key-not-found"] };
    case "compacted":
      return { code: "OUT_OF_RANGE", message: COMPACTED_TEXT };
    case "future-revision":
      return { code: "OUT_OF_RANGE", message: FUTURE_TEXT };
    case "session-expired":
      return { code: "FAILED_PRECONDITION", message: "holdfast: the session is not known" };
    case "too-many-sessions":
      return { code: "RESOURCE_EXHAUSTED", message: "holdfast: too many sessions are open" };
    case "sequence-forgotten":
      return {
        code: "ABORTED",
        message: "holdfast: the answer was acknowledged before and is forgotten",
      };
    case "sequence-beyond-window":
      return { code: "ABORTED", message: REQUEST_TEXTS["sequence-beyond-window"] };
    case "too-many-deletions":
      return {
        code: "RESOURCE_EXHAUSTED",
        message: `holdfast: the range holds more than ${REVISION_DELETIONS_MAX} keys: delete it in parts`,
      };
    case "lease-exists":
      return { code: "FAILED_PRECONDITION", message: "etcdserver: lease already exists" };
    case "too-many-leases":
      return { code: "RESOURCE_EXHAUSTED", message: "holdfast: too many leases are there" };
    case "lease-full":
      return {
        code: "RESOURCE_EXHAUSTED",
        message: `holdfast: ${REVISION_DELETIONS_MAX} keys hang on the lease already: use another`,
      };
    case "expiry-overtaken":
      return { code: "ABORTED", message: "holdfast: the lease was renewed before it was over" };
    case "no-space":
      return {
        code: "RESOURCE_EXHAUSTED",
        message: "etcdserver: mvcc: database space exceeded",
      };
    case "corrupt":
      return { code: "DATA_LOSS", message: "etcdserver: corrupt cluster" };
    case "too-many-alarms":
      return { code: "RESOURCE_EXHAUSTED", message: "holdfast: too many alarms are there" };
    case "malformed":
      return { code: "DATA_LOSS", message: "holdfast: the committed entry is no batch" };
  }
}
