import { status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Logger } from "@holdfast/base";
import {
  encodeHeader,
  type MaintenanceHandlers,
  type WireAlarmRequest,
  type WireStatus,
} from "@holdfast/protocol";
import type { Headers, MaintenanceService } from "@holdfast/service";
import type { CallLedger, MethodCalls } from "../requests/call-ledger.ts";
import { unaryCall } from "./unary-call.ts";

export interface MaintenanceParts {
  readonly maintenance: MaintenanceService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}

type Served = Pick<MaintenanceHandlers, "Status" | "Alarm">;

/** etcdserverpb.Maintenance; what is missing answers UNIMPLEMENTED by itself. */
export function maintenanceHandlers({
  maintenance,
  headers,
  ledger,
  logger,
}: MaintenanceParts): Served & UntypedServiceImplementation {
  return {
    Status: unaryCall({
      calls: maintenanceMethod(ledger, "Status"),
      logger,
      serve: () => maintenance.status(),
      encode: (found) => ({
        header: encodeHeader(headers.at(found.revision)),
        version: found.version,
        dbSize: found.stateBytes,
        dbSizeInUse: found.stateBytes,
        dbSizeQuota: found.sizeQuotaBytes,
        leader: found.leader,
        raftIndex: found.lastIndex,
        raftAppliedIndex: found.appliedIndex,
        raftTerm: found.term,
        errors: [...found.errors],
        isLearner: found.isLearner,
        storageVersion: found.version,
        downgradeInfo: { enabled: false },
      }),
    }),
    Alarm: unaryCall({
      calls: maintenanceMethod(ledger, "Alarm"),
      logger,
      serve: (request) => request,
      refusal: alarmRefusal,
      encode: () => ({ header: encodeHeader(headers.at(headers.status().revision)), alarms: [] }),
    }),
  };
}

/** No alarm can be raised yet, so the list is empty and there is nothing to change. */
function alarmRefusal({ action }: WireAlarmRequest): WireStatus | undefined {
  if (action === "GET") return undefined;
  return {
    code: status.UNIMPLEMENTED,
    details: `holdfast: alarms can be listed, but action ${action} is not served`,
  };
}

function maintenanceMethod(ledger: CallLedger, method: string): MethodCalls {
  return ledger.method({ service: "etcdserverpb.Maintenance", method, type: "unary" });
}
