// Original file: proto/etcd/rpc.proto


/**
 * Asks how far all watchers of the stream have seen.
 */
export interface WatchProgressRequest {
}

/**
 * Asks how far all watchers of the stream have seen.
 */
export interface WatchProgressRequest__Output {
}
