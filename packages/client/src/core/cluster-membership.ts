/** One that takes part in a cluster, or shall. Ids are those of `holdfast status`. */
export interface ClusterMember {
  readonly id: number;
  /** Empty: whoever joins from the peer address names it. */
  readonly name: string;
  /** `host:port` for the other nodes. */
  readonly peerAddress: string;
  /** `host:port` for clients; empty: told by the node when it joins. */
  readonly clientAddress: string;
  /** Its node has joined; otherwise it was added and is waited for. */
  readonly isStarted: boolean;
  /** Stays one that does not vote, until it is promoted. */
  readonly isLearner: boolean;
  /** Becomes a voter by itself once it has caught up. */
  readonly isPromoting: boolean;
  /** The member whose place it then takes: the same node with its former directory. */
  readonly replaces: number | undefined;
}

/** What an operator wants of the membership. Addresses are `host:port`. */
export type MembershipChange =
  | {
      readonly kind: "add";
      /** Unique among the members. */
      readonly name: string;
      readonly peerAddress: string;
      /** Absent: told by the node when it joins. */
      readonly clientAddress?: string | undefined;
      /** Stays a learner; otherwise it becomes a voter by itself. */
      readonly learner?: boolean | undefined;
    }
  | { readonly kind: "remove"; readonly id: number }
  | { readonly kind: "promote"; readonly id: number }
  | {
      readonly kind: "update";
      readonly id: number;
      /** Absent: as it is. */
      readonly peerAddress?: string | undefined;
      /** Absent: as it is. */
      readonly clientAddress?: string | undefined;
    };

/** A change that is committed. */
export interface MembershipChanged {
  /** The member that was added or changed; of a removal the one that left. */
  readonly id: number;
  /** Everybody, afterwards. */
  readonly members: readonly ClusterMember[];
}
