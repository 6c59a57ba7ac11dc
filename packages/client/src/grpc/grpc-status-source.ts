import type { EndpointStatus, StatusSource } from "../core/cluster-status.ts";
import { EtcdEndpoint } from "./etcd-endpoint.ts";

/** Asks nodes by etcd's `Maintenance.Status`, over a connection for the one question. */
export class GrpcStatusSource implements StatusSource {
  async status(endpoint: string, timeoutMs: number): Promise<EndpointStatus> {
    const node = new EtcdEndpoint(endpoint);
    try {
      return await node.status({ timeoutMs });
    } finally {
      node.close();
    }
  }
}
