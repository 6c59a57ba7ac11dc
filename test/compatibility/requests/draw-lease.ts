import { below, type Random } from "@holdfast/testkit";
import type { WireRequest } from "../stores/wire-method.ts";
import { chance, drawLease, pick, type World } from "./world.ts";

/** None ends while it is compared; the last two are beyond what etcd takes. */
const TTLS = ["1000", "5000", "9000000000", "9000000001", "9223372036854775807"];

/** What is asked of leases; the client says their ids. */
export function drawLeaseRequest(random: Random, world: World): WireRequest {
  const ID = drawLease(random);
  // What a member says of leases that it has heard of is the same only where there is one.
  const kind = below(random, world.nodes === 1 ? 100 : 55);
  if (kind < 35) return { method: "LeaseGrant", request: { ID, TTL: pick(random, TTLS) } };
  if (kind < 55) return { method: "LeaseRevoke", request: { ID } };
  if (kind < 75) return { method: "LeaseKeepAlive", request: { ID } };
  if (kind < 85) return { method: "LeaseLeases", request: {} };
  return { method: "LeaseTimeToLive", request: { ID, keys: chance(random, 70) } };
}
