// Original file: proto/etcd/rpc.proto


/**
 * Removes one key or a range of keys, as one revision.
 */
export interface DeleteRangeRequest {
  'key'?: (Buffer | Uint8Array | string);
  /**
   * As in RangeRequest.
   */
  'range_end'?: (Buffer | Uint8Array | string);
  'prev_kv'?: (boolean);
}

/**
 * Removes one key or a range of keys, as one revision.
 */
export interface DeleteRangeRequest__Output {
  'key': (Buffer);
  /**
   * As in RangeRequest.
   */
  'range_end': (Buffer);
  'prev_kv': (boolean);
}
