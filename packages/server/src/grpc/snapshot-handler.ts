import type { handleServerStreamingCall } from "@grpc/grpc-js";
import type { Logger } from "@holdfast/base";
import type { WireSnapshotRequest, WireSnapshotResponse } from "@holdfast/protocol";
import { ETCD_VERSION, type Headers, type MaintenanceService } from "@holdfast/service";
import { backupParts } from "../backup/backup-bytes.ts";
import type { CallLedger } from "../requests/call-ledger.ts";
import { serverStream } from "./server-stream.ts";

/**
 * etcdserverpb.Maintenance/Snapshot: the file that `snapshot save` of any etcd client writes, and that
 * `holdfast snapshot restore` reads. Like etcd's messages these have no header.
 */
export function snapshotHandler(parts: {
  readonly maintenance: MaintenanceService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}): handleServerStreamingCall<WireSnapshotRequest, WireSnapshotResponse> {
  const { maintenance, headers, ledger, logger } = parts;
  return serverStream({
    calls: ledger.method({
      service: "etcdserverpb.Maintenance",
      method: "Snapshot",
      type: "server_stream",
    }),
    logger,
    serve: async function* (_request: WireSnapshotRequest, context) {
      const frozen = await maintenance.freeze(context);
      try {
        const { clusterId, memberId } = headers.at(frozen.revision);
        for await (const part of backupParts(frozen, { clusterId, memberId })) {
          const { blob, remainingBytes } = part;
          yield { blob, remaining_bytes: remainingBytes, version: ETCD_VERSION };
        }
      } finally {
        await frozen.close();
      }
    },
  });
}
