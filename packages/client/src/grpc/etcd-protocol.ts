import { type EtcdProtocol, loadProtocol } from "@holdfast/protocol";

/** Read from its files once; it never changes. */
let etcdProtocol: EtcdProtocol | undefined;

export function loadEtcdProtocol(): EtcdProtocol {
  etcdProtocol ??= loadProtocol("etcd/rpc.proto") as unknown as EtcdProtocol;
  return etcdProtocol;
}
