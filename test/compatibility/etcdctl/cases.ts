import { CLUSTER_CASES } from "./cluster-cases.ts";
import type { EtcdctlCase } from "./etcdctl-case.ts";
import { KEY_CASES } from "./key-cases.ts";
import { LEASE_CASES } from "./lease-cases.ts";
import { TXN_CASES } from "./txn-cases.ts";
import { WATCH_CASES } from "./watch-cases.ts";

/** What is run against etcd and Holdfast, in this order. */
export const ETCDCTL_CASES: readonly EtcdctlCase[] = [
  ...KEY_CASES,
  ...TXN_CASES,
  ...WATCH_CASES,
  ...LEASE_CASES,
  ...CLUSTER_CASES,
];
