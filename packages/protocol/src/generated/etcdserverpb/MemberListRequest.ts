// Original file: proto/etcd/rpc.proto


export interface MemberListRequest {
  /**
   * Catch up with the others before answering.
   */
  'linearizable'?: (boolean);
}

export interface MemberListRequest__Output {
  /**
   * Catch up with the others before answering.
   */
  'linearizable': (boolean);
}
