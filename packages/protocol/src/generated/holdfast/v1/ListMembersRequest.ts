// Original file: proto/holdfast/v1/admin.proto


export interface ListMembersRequest {
  /**
   * As known at this node, however old; works without a leader.
   */
  'serializable'?: (boolean);
}

export interface ListMembersRequest__Output {
  /**
   * As known at this node, however old; works without a leader.
   */
  'serializable': (boolean);
}
