/** The longest time to live that may be granted, s; etcd's. */
export const LEASE_TTL_SECONDS_MAX = 9_000_000_000;

/** Leases that one operation renews. */
export const LEASE_IDS_MAX = 1024;
