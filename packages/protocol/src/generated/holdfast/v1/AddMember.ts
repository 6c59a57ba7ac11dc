// Original file: proto/holdfast/v1/admin.proto


export interface AddMember {
  /**
   * Unique among the members; empty: whoever comes from the peer address names it.
   */
  'name'?: (string);
  /**
   * host:port
   */
  'peer_address'?: (string);
  /**
   * host:port; empty: told by the node when it joins.
   */
  'client_address'?: (string);
  /**
   * Stays a learner until it is promoted.
   */
  'learner'?: (boolean);
}

export interface AddMember__Output {
  /**
   * Unique among the members; empty: whoever comes from the peer address names it.
   */
  'name': (string);
  /**
   * host:port
   */
  'peer_address': (string);
  /**
   * host:port; empty: told by the node when it joins.
   */
  'client_address': (string);
  /**
   * Stays a learner until it is promoted.
   */
  'learner': (boolean);
}
