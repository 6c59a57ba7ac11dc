export { GrpcPeerNetwork, type GrpcPeerNetworkPorts } from "./grpc/grpc-peer-network.ts";
export { MemoryPeerHub, type MemoryPeerHubPorts } from "./memory/memory-peer-hub.ts";
export type { MemoryPeerNetwork, MemoryPeerPorts } from "./memory/memory-peer-network.ts";
export { PeerAddressError, PeerPortTakenError, PeerSilentError } from "./peer-errors.ts";
export { InvalidPeerLimitError, type PeerLimits, resolvePeerLimits } from "./peer-limits.ts";
export type { PeerStats } from "./peer-stats.ts";
