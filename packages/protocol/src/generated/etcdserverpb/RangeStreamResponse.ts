// Original file: proto/etcd/rpc.proto

import type { RangeResponse as _etcdserverpb_RangeResponse, RangeResponse__Output as _etcdserverpb_RangeResponse__Output } from '../etcdserverpb/RangeResponse.ts';

/**
 * One slice of a range that comes in slices; all of them merged are a RangeResponse.
 */
export interface RangeStreamResponse {
  'range_response'?: (_etcdserverpb_RangeResponse | null);
}

/**
 * One slice of a range that comes in slices; all of them merged are a RangeResponse.
 */
export interface RangeStreamResponse__Output {
  'range_response': (_etcdserverpb_RangeResponse__Output | null);
}
