/** etcd's methods that are compared call by call, and the service of each. */
export const SERVICE_OF = {
  Range: "KV",
  Put: "KV",
  DeleteRange: "KV",
  Txn: "KV",
  Compact: "KV",
  LeaseGrant: "Lease",
  LeaseKeepAlive: "Lease",
  LeaseRevoke: "Lease",
  LeaseTimeToLive: "Lease",
  LeaseLeases: "Lease",
  MemberList: "Cluster",
  MemberAdd: "Cluster",
  MemberRemove: "Cluster",
  MemberUpdate: "Cluster",
  MemberPromote: "Cluster",
  Alarm: "Maintenance",
  Status: "Maintenance",
  HashKV: "Maintenance",
  MoveLeader: "Maintenance",
  AuthDisable: "Auth",
  AuthEnable: "Auth",
  Authenticate: "Auth",
  RoleDelete: "Auth",
  RoleGet: "Auth",
  RoleList: "Auth",
  UserChangePassword: "Auth",
  UserDelete: "Auth",
  UserGet: "Auth",
  UserGrantRole: "Auth",
  UserList: "Auth",
  UserRevokeRole: "Auth",
} as const;

export type WireMethod = keyof typeof SERVICE_OF;

/** One request, in the form that `proto-loader` takes. */
export interface WireRequest {
  readonly method: WireMethod;
  readonly request: Readonly<Record<string, unknown>>;
}

/** How a call ended. */
export interface WireAnswer {
  /** The name of gRPC's code. */
  readonly code: string;
  /** The text beside the code; empty where it is OK. */
  readonly details: string;
  readonly response: unknown;
}
