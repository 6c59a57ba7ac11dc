// Original file: proto/etcd/v3election.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Waits until the caller leads the election.
 */
export interface CampaignRequest {
  'name'?: (Buffer | Uint8Array | string);
  'lease'?: (number | string | Long);
  'value'?: (Buffer | Uint8Array | string);
}

/**
 * Waits until the caller leads the election.
 */
export interface CampaignRequest__Output {
  'name': (Buffer);
  'lease': (string);
  'value': (Buffer);
}
