// Original file: proto/etcd/rpc.proto


/**
 * Internal; here so that the name stays taken.
 */
export interface DowngradeVersionTestRequest {
  'ver'?: (string);
}

/**
 * Internal; here so that the name stays taken.
 */
export interface DowngradeVersionTestRequest__Output {
  'ver': (string);
}
