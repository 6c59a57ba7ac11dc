export type { PeerEvents, PeerIdentity, PeerMessage, PeerNetwork } from "./ports/peer-network.ts";
export type {
  ReadPoint,
  ReplicaApi,
  ReplicaCall,
  ReplicaRole,
  ReplicaStatus,
  SessionBatch,
} from "./replica-api.ts";
export {
  CallAbortedError,
  NoLeaderError,
  NoSpaceError,
  OverloadedError,
  ReplicaStoppedError,
  RequestTimedOutError,
  RequestTooLargeError,
} from "./replica-errors.ts";
