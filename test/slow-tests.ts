export interface FilesByProject {
  readonly unit: readonly string[];
  readonly cluster: readonly string[];
  readonly timed: readonly string[];
}

/**
 * What `npm test` leaves to `npm run test:slow`, so that it takes a few minutes: files that wait long, repeat much or
 * need a machine made ready. CI runs both. By project, as in vitest.config.ts.
 */
export const SLOW_TESTS: FilesByProject = {
  unit: [
    "packages/bench/src/micro/inline-values.test.ts",
    "packages/cli/src/commands/sim-seed.test.ts",
    "packages/cli/src/sim/{explore,hunt-mutants}.test.ts",
    "packages/server/test/gateway-flood.test.ts",
    "packages/sim/test/{planted-defects,server-shrink,shrink}.test.ts",
    "packages/storage/test/kill/killed-writer.test.ts",
    "packages/storage/test/power-cut/power-cut.test.ts",
    "packages/storage/test/real-files/damaged-segment.test.ts",
    "packages/transport/test/failure-detection.test.ts",
  ],
  cluster: [
    "test/bad-input/**/*.test.ts",
    "test/cli/{claims,compact-and-hash,members,snapshots,watch}.test.ts",
    "test/clients/{etcd3-lease,etcdctl-lease,sdk-claims}.test.ts",
    "test/clock/**/*.test.ts",
    "test/cluster/configs-start.test.ts",
    "test/compatibility/etcdctl.test.ts",
    "test/disk/**/*.test.ts",
    "test/failover/{leader-paused,majority-killed}.test.ts",
    "test/leases/**/*.test.ts",
    "test/membership/**/*.test.ts",
    "test/network/**/*.test.ts",
    "test/recovery/**/*.test.ts",
    "test/server/process.test.ts",
    "test/space/{differing-member,quota}.test.ts",
    "test/transactions/**/*.test.ts",
    "test/watch/leader-kills.test.ts",
  ],
  timed: [
    "test/failover/leader-stopped.test.ts",
    "test/load/**/*.test.ts",
    "test/network/{partitions,rolling-restart}.test.ts",
  ],
};

/** In both, and larger in the slow one, which they know by the variable TESTS. */
export const SCALED_TESTS: FilesByProject = {
  unit: [
    "packages/sim/test/{server-lane,storms}.test.ts",
    "packages/state-machine/test/differential.test.ts",
  ],
  cluster: ["test/compatibility/requests.test.ts"],
  timed: [],
};
