export { MemoryPeerHub, type MemoryPeerHubPorts } from "./memory-peer-hub.ts";
export type { MemoryPeerNetwork, MemoryPeerPorts } from "./memory-peer-network.ts";
