/** What one node says about itself, or that it says nothing. */
export type EndpointStatus = NodeUp | NodeDown;

export interface NodeUp {
  readonly kind: "up";
  readonly endpoint: string;
  readonly version: string;
  readonly clusterId: number;
  readonly memberId: number;
  /** 0: it knows none. */
  readonly leaderId: number;
  readonly isLeader: boolean;
  readonly isLearner: boolean;
  readonly revision: number;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  /** Bytes of state, about. */
  readonly stateBytes: number;
  /** Alarms and troubles, in its own words. */
  readonly errors: readonly string[];
}

export interface NodeDown {
  readonly kind: "down";
  readonly endpoint: string;
  readonly reason: string;
}

/** Asks single nodes; a node that cannot be asked is `down`, never an exception. */
export interface StatusSource {
  status(endpoint: string, timeoutMs: number): Promise<EndpointStatus>;
}
