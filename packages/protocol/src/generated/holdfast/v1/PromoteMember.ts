// Original file: proto/holdfast/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Makes a voter of a learner; refused while it lags.
 */
export interface PromoteMember {
  'id'?: (number | string | Long);
}

/**
 * Makes a voter of a learner; refused while it lags.
 */
export interface PromoteMember__Output {
  'id': (string);
}
