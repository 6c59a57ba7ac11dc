import { status } from "@grpc/grpc-js";
import type { WireDowngradeRequest, WireStatus } from "@holdfast/protocol";
import { ETCD_VERSION } from "@holdfast/service";

const [MAJOR, MINOR] = ETCD_VERSION.split(".").map(Number) as [number, number];

/** The version of the cluster as etcd tells it, without the patch. */
export const CLUSTER_VERSION: string = `${MAJOR}.${MINOR}`;

/**
 * Why a downgrade is refused (etcd-v3.md §5.10). A target is judged as etcd does, and there is never a job to
 * cancel; none is begun, because what would be lowered is the version of etcd's storage, of which there is none here.
 */
export function downgradeRefusal({
  action,
  version,
}: WireDowngradeRequest): WireStatus | undefined {
  switch (action) {
    case "CANCEL":
      return undefined;
    case "VALIDATE":
      return targetRefusal(version);
    case "ENABLE":
      return targetRefusal(version) ?? NO_DOWNGRADE;
    default:
      return { code: status.UNKNOWN, details: "etcdserver: unknown method" };
  }
}

const NO_DOWNGRADE: WireStatus = {
  code: status.UNIMPLEMENTED,
  details:
    "holdfast: its data has formats of its own, with versions of their own: there is nothing to downgrade to etcd's",
};

function targetRefusal(version: string): WireStatus | undefined {
  const parts = /^(\d+)\.(\d+)(?:\.\d+)?$/.exec(version);
  if (parts === null) return invalid("wrong downgrade target version format");
  const isOneBelow = Number(parts[1]) === MAJOR && Number(parts[2]) === MINOR - 1;
  return isOneBelow ? undefined : invalid("invalid downgrade target version");
}

function invalid(text: string): WireStatus {
  return { code: status.INVALID_ARGUMENT, details: `etcdserver: ${text}` };
}
