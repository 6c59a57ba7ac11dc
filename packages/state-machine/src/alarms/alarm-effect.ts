import type { AlarmKind, ApplyFailure, Operation, TxnOperation } from "../command.ts";

/**
 * What alarms keep from being applied, as in etcd (etcd-v3.md §5.10): damage everything that could spread
 * it, a full store everything that makes it larger. What clients keep alive goes on: sessions,
 * renewals of leases; and an alarm can always be ended.
 */
export function alarmRefusing(
  alarms: ReadonlySet<AlarmKind>,
  operation: Operation,
): ApplyFailure | undefined {
  switch (operation.kind) {
    case "put":
    case "lease-grant":
      return whyNot(alarms, true);
    case "txn":
      return whyNot(alarms, mayPut(operation));
    case "delete-range":
    case "compact":
    case "lease-revoke":
      return whyNot(alarms, false);
    case "session-open":
    case "session-expire":
    case "lease-renew":
    case "lease-checkpoint":
    case "alarm":
      return undefined;
  }
}

function whyNot(alarms: ReadonlySet<AlarmKind>, grows: boolean): ApplyFailure | undefined {
  if (alarms.has("corrupt")) return { reason: "corrupt" };
  return grows && alarms.has("nospace") ? { reason: "no-space" } : undefined;
}

/** Whichever branch will be taken. */
function mayPut({ success, failure }: TxnOperation): boolean {
  return [success, failure].some((branch) =>
    branch.some(
      (operation) => operation.kind === "put" || (operation.kind === "txn" && mayPut(operation)),
    ),
  );
}
