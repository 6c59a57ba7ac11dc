// Original file: proto/etcd/rpc.proto

/**
 * What is wrong with a member.
 */
export const AlarmType = {
  NONE: 'NONE',
  NOSPACE: 'NOSPACE',
  CORRUPT: 'CORRUPT',
} as const;

/**
 * What is wrong with a member.
 */
export type AlarmType =
  | 'NONE'
  | 0
  | 'NOSPACE'
  | 1
  | 'CORRUPT'
  | 2

/**
 * What is wrong with a member.
 */
export type AlarmType__Output = typeof AlarmType[keyof typeof AlarmType]
