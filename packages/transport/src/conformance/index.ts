export {
  type NetworkFixture,
  type OpenNetwork,
  type OpenNetworkOptions,
  PeerCluster,
  type PeerProcess,
  type Sighting,
} from "./peer-cluster.ts";
export {
  PEER_NETWORK_PROPERTIES,
  type PeerNetworkProperty,
} from "./peer-network-properties.ts";
export { SNAPSHOT_SOURCE_PROPERTIES } from "./snapshot-source-properties.ts";
