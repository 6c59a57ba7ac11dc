import type { LeaseCheckpointOperation, LeaseOperation, LeaseRevokeOperation } from "../command.ts";
import type { LeaseResult } from "../result.ts";
import { MalformedCommandError } from "./malformed-command-error.ts";
import { type MessageField, wholeBigint, wholeNumber } from "./message-codec.ts";
import { bigintAt, countAt, type Fields, fieldsOf, listOf } from "./message-fields.ts";

const GRANT = 7;
const REVOKE = 8;
const RENEW = 9;
const CHECKPOINT = 10;

const GRANTED = 9;
const REVOKED = 10;
const RENEWED = 11;
const CHECKPOINTED = 12;

const GRANT_BOUNDS = { min: 3, max: 3 } as const;
const REVOKE_BOUNDS = { min: 2, max: 4 } as const;
const RENEW_BOUNDS = { min: 2, max: 2 } as const;
const CHECKPOINT_BOUNDS = { min: 2, max: 2 } as const;
const SEEN_BOUNDS = { min: 3, max: 3 } as const;

/** An operation of leases: version 3 of docs/command-format.md. */
export function leaseFields(operation: LeaseOperation): MessageField[] {
  switch (operation.kind) {
    case "lease-grant":
      return [GRANT, wholeBigint(operation.id), wholeNumber(operation.ttlSeconds)];
    case "lease-revoke": {
      const { id, expiry } = operation;
      if (expiry === undefined) return [REVOKE, wholeBigint(id)];
      return [REVOKE, wholeBigint(id), wholeNumber(expiry.renewedAt), wholeNumber(expiry.term)];
    }
    case "lease-renew":
      return [RENEW, operation.ids.map(wholeBigint)];
    case "lease-checkpoint":
      return [
        CHECKPOINT,
        operation.leases.map(({ id, renewedAt, remainingSeconds }) => [
          wholeBigint(id),
          wholeNumber(renewedAt),
          wholeNumber(remainingSeconds),
        ]),
      ];
  }
}

/** What {@link leaseFields} laid out; `undefined` if it is no operation of leases. */
export function readLeaseOperation(fields: Fields): LeaseOperation | undefined {
  switch (fields[0]) {
    case GRANT:
      fieldsOf(fields, "lease-grant", GRANT_BOUNDS);
      return { kind: "lease-grant", id: idAt(fields, 1), ttlSeconds: countAt(fields, 2, "ttl") };
    case REVOKE:
      return readRevoke(fieldsOf(fields, "lease-revoke", REVOKE_BOUNDS));
    case RENEW: {
      fieldsOf(fields, "lease-renew", RENEW_BOUNDS);
      const ids = listOf(fields[1], "leases");
      return { kind: "lease-renew", ids: ids.map((_, at) => idAt(ids, at)) };
    }
    case CHECKPOINT:
      return readCheckpoint(fieldsOf(fields, "lease-checkpoint", CHECKPOINT_BOUNDS));
    default:
      return undefined;
  }
}

export function isLeaseResult(result: { readonly kind: string }): result is LeaseResult {
  return result.kind.startsWith("lease-");
}

export function leaseResultFields(result: LeaseResult): MessageField[] {
  const revision = wholeNumber(result.revision);
  switch (result.kind) {
    case "lease-grant":
      return [GRANTED, revision];
    case "lease-revoke":
      return [REVOKED, revision, wholeNumber(result.deleted)];
    case "lease-renew":
      return [RENEWED, revision, result.ttls.map(wholeNumber)];
    case "lease-checkpoint":
      return [CHECKPOINTED, revision];
  }
}

/** What {@link leaseResultFields} laid out; `undefined` if it is no result of leases. */
export function readLeaseResult(fields: Fields): LeaseResult | undefined {
  const revision = (): number => countAt(fields, 1, "revision");
  switch (fields[0]) {
    case GRANTED:
      return { kind: "lease-grant", revision: revision() };
    case REVOKED:
      return { kind: "lease-revoke", revision: revision(), deleted: countAt(fields, 2, "deleted") };
    case RENEWED: {
      const ttls = listOf(fields[2], "ttls");
      return {
        kind: "lease-renew",
        revision: revision(),
        ttls: ttls.map((_, at) => countAt(ttls, at, "ttl")),
      };
    }
    case CHECKPOINTED:
      return { kind: "lease-checkpoint", revision: revision() };
    default:
      return undefined;
  }
}

function readRevoke(fields: Fields): LeaseRevokeOperation {
  const id = idAt(fields, 1);
  if (fields.length === 2) return { kind: "lease-revoke", id, expiry: undefined };
  const expiry = {
    renewedAt: countAt(fields, 2, "renewed at"),
    term: countAt(fields, 3, "term"),
  };
  return { kind: "lease-revoke", id, expiry };
}

function readCheckpoint(fields: Fields): LeaseCheckpointOperation {
  const leases = listOf(fields[1], "leases").map((value) => {
    const one = fieldsOf(value, "lease", SEEN_BOUNDS);
    return {
      id: idAt(one, 0),
      renewedAt: countAt(one, 1, "renewed at"),
      remainingSeconds: countAt(one, 2, "remaining"),
    };
  });
  return { kind: "lease-checkpoint", leases };
}

/** 0 is what a key without a lease says. */
function idAt(fields: Fields, at: number): bigint {
  const id = bigintAt(fields, at, "lease");
  if (id === 0n) throw new MalformedCommandError("lease: 0 is none");
  return id;
}
