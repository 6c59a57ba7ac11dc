import { status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { assert, isWireId, type Logger, type MemberId } from "@holdfast/base";
import {
  decodeHashKv,
  describeAlarm,
  encodeHashKv,
  encodeHeader,
  type MaintenanceHandlers,
  RefusedRequestError,
  statusOfRefusal,
  type WireStatus,
} from "@holdfast/protocol";
import type { AlarmService, Headers, MaintenanceService } from "@holdfast/service";
import type { CallLedger, MethodCalls } from "../requests/call-ledger.ts";
import { alarmHandler } from "./alarm-handler.ts";
import { CLUSTER_VERSION, downgradeRefusal } from "./downgrade.ts";
import { snapshotHandler } from "./snapshot-handler.ts";
import { unaryCall } from "./unary-call.ts";

export interface MaintenanceParts {
  readonly maintenance: MaintenanceService;
  readonly alarms: AlarmService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}

type Served = Pick<
  MaintenanceHandlers,
  "Status" | "Alarm" | "Hash" | "HashKV" | "MoveLeader" | "Snapshot" | "Defragment" | "Downgrade"
>;

/** etcdserverpb.Maintenance; what is missing answers UNIMPLEMENTED by itself. */
export function maintenanceHandlers({
  maintenance,
  alarms,
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
        errors: [...found.errors, ...found.alarms.map(describeAlarm)],
        isLearner: found.isLearner,
        storageVersion: found.version,
        downgradeInfo: { enabled: false },
      }),
    }),
    Alarm: alarmHandler({ alarms, headers, calls: maintenanceMethod(ledger, "Alarm"), logger }),
    Hash: unaryCall({
      calls: maintenanceMethod(ledger, "Hash"),
      logger,
      serve: (_request, context) => maintenance.hash(context),
      encode: ({ hash, storeRevision }) => ({
        header: encodeHeader(headers.at(storeRevision)),
        hash,
      }),
    }),
    HashKV: unaryCall({
      calls: maintenanceMethod(ledger, "HashKV"),
      logger,
      serve: (request, context) => maintenance.hashKv(decodeHashKv(request), context),
      refusal: (found) => ("kind" in found ? statusOfRefusal(found) : undefined),
      encode: (found) => {
        assert(!("kind" in found), "a refusal is told as such");
        return encodeHashKv(encodeHeader(headers.at(found.storeRevision)), found);
      },
    }),
    MoveLeader: unaryCall({
      calls: maintenanceMethod(ledger, "MoveLeader"),
      logger,
      serve: ({ targetID }, context) => maintenance.moveLeader(transferTarget(targetID), context),
      refusal: (leader) => (leader === undefined ? NOT_LEADER : undefined),
      failed: ({ code }, known) => (code === "REQUEST_TIMED_OUT" ? TRANSFER_TOO_SLOW : known),
      // Like etcd's it has no header.
      encode: () => ({}),
    }),
    Snapshot: snapshotHandler({ maintenance, headers, ledger, logger }),
    // LevelDB gives back what was freed by itself, in the background; nothing waits to be asked for.
    Defragment: unaryCall({
      calls: maintenanceMethod(ledger, "Defragment"),
      logger,
      serve: (request) => request,
      encode: () => ({}),
    }),
    Downgrade: unaryCall({
      calls: maintenanceMethod(ledger, "Downgrade"),
      logger,
      serve: (request) => request,
      refusal: downgradeRefusal,
      encode: () => ({
        header: encodeHeader(headers.at(headers.status().revision)),
        version: CLUSTER_VERSION,
      }),
    }),
  };
}

const NOT_LEADER: WireStatus = {
  code: status.FAILED_PRECONDITION,
  details: "etcdserver: not leader",
};
/** etcd has no code for it. */
const TRANSFER_TOO_SLOW: WireStatus = {
  code: status.UNKNOWN,
  details: "etcdserver: request timed out, leader transfer took too long",
};

/** @throws RefusedRequestError for an id that is no member's. */
function transferTarget(id: string): MemberId {
  const number = Number(id);
  if (isWireId(number)) return number as MemberId;
  throw new RefusedRequestError("BAD_TRANSFER_TARGET", `there is no member ${id}`);
}

function maintenanceMethod(ledger: CallLedger, method: string): MethodCalls {
  return ledger.method({ service: "etcdserverpb.Maintenance", method, type: "unary" });
}
