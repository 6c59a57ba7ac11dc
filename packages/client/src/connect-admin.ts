import { parseAddresses } from "./core/address-book.ts";
import { CLIENT_LIMITS } from "./core/client-limits.ts";
import { ClusterAdmin } from "./core/cluster-admin.ts";
import { AdminEndpoint } from "./grpc/admin-endpoint.ts";
import { NodeClock } from "./node/node-clock.ts";

/**
 * An operator's view of a cluster, by the client addresses of any of its nodes. Opens connections
 * only when it is used; the caller closes it.
 *
 * @throws RequestError `INVALID_ARGUMENT` for an address that is none.
 */
export function connectAdmin(addresses: string | readonly string[]): ClusterAdmin {
  const parsed = parseAddresses(addresses, CLIENT_LIMITS.addressesMax);
  const nodes = parsed.map((address) => new AdminEndpoint(address));
  return new ClusterAdmin(nodes, { clock: new NodeClock() });
}
