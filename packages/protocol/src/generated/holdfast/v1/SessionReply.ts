// Original file: proto/holdfast/v1/session.proto

import type { SessionStarted as _holdfast_v1_SessionStarted, SessionStarted__Output as _holdfast_v1_SessionStarted__Output } from '../../holdfast/v1/SessionStarted.ts';
import type { SessionResults as _holdfast_v1_SessionResults, SessionResults__Output as _holdfast_v1_SessionResults__Output } from '../../holdfast/v1/SessionResults.ts';
import type { SessionReadResults as _holdfast_v1_SessionReadResults, SessionReadResults__Output as _holdfast_v1_SessionReadResults__Output } from '../../holdfast/v1/SessionReadResults.ts';
import type { SessionFailure as _holdfast_v1_SessionFailure, SessionFailure__Output as _holdfast_v1_SessionFailure__Output } from '../../holdfast/v1/SessionFailure.ts';

export interface SessionReply {
  'started'?: (_holdfast_v1_SessionStarted | null);
  'results'?: (_holdfast_v1_SessionResults | null);
  'read_results'?: (_holdfast_v1_SessionReadResults | null);
  'failure'?: (_holdfast_v1_SessionFailure | null);
  'reply'?: "started"|"results"|"read_results"|"failure";
}

export interface SessionReply__Output {
  'started'?: (_holdfast_v1_SessionStarted__Output | null);
  'results'?: (_holdfast_v1_SessionResults__Output | null);
  'read_results'?: (_holdfast_v1_SessionReadResults__Output | null);
  'failure'?: (_holdfast_v1_SessionFailure__Output | null);
  'reply'?: "started"|"results"|"read_results"|"failure";
}
