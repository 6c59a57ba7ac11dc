// Original file: proto/holdfast/v1/session.proto

import type { SessionStart as _holdfast_v1_SessionStart, SessionStart__Output as _holdfast_v1_SessionStart__Output } from '../../holdfast/v1/SessionStart.ts';
import type { SessionTurn as _holdfast_v1_SessionTurn, SessionTurn__Output as _holdfast_v1_SessionTurn__Output } from '../../holdfast/v1/SessionTurn.ts';
import type { SessionEnd as _holdfast_v1_SessionEnd, SessionEnd__Output as _holdfast_v1_SessionEnd__Output } from '../../holdfast/v1/SessionEnd.ts';

export interface SessionRequest {
  'start'?: (_holdfast_v1_SessionStart | null);
  'turn'?: (_holdfast_v1_SessionTurn | null);
  'end'?: (_holdfast_v1_SessionEnd | null);
  'request'?: "start"|"turn"|"end";
}

export interface SessionRequest__Output {
  'start'?: (_holdfast_v1_SessionStart__Output | null);
  'turn'?: (_holdfast_v1_SessionTurn__Output | null);
  'end'?: (_holdfast_v1_SessionEnd__Output | null);
  'request'?: "start"|"turn"|"end";
}
