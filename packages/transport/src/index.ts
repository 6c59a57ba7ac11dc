export { GrpcPeerNetwork, type GrpcPeerNetworkPorts } from "./grpc/grpc-peer-network.ts";
export { PeerAddressError, PeerPortTakenError, PeerSilentError } from "./peer-errors.ts";
export { InvalidPeerLimitError, type PeerLimits, resolvePeerLimits } from "./peer-limits.ts";
export type { PeerStats } from "./peer-stats.ts";
