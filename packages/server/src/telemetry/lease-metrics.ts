import type { LeaseCounts } from "@holdfast/replica";
import { Counter, Gauge, type Registry } from "prom-client";

/** What became of leases (docs/metrics.md); the names but one are etcd's. */
export function leaseMetrics(registry: Registry, read: () => LeaseCounts): void {
  const counter = (name: string, help: string, value: (counts: LeaseCounts) => number): void => {
    const made: Counter = new Counter({
      name,
      help,
      registers: [registry],
      collect: () => {
        made.reset();
        made.inc(value(read()));
      },
    });
  };
  counter(
    "etcd_debugging_lease_granted_total",
    "Leases granted, as applied here.",
    ({ granted }) => granted,
  );
  counter(
    "etcd_debugging_lease_revoked_total",
    "Leases that ended, as applied here.",
    ({ revoked }) => revoked,
  );
  counter(
    "etcd_debugging_lease_renewed_total",
    "Leases renewed, as applied here.",
    ({ renewed }) => renewed,
  );
  counter(
    "etcd_debugging_server_lease_expired_total",
    "Leases that this member ended for their age, while it led.",
    ({ expired }) => expired,
  );
  const leases: Gauge = new Gauge({
    name: "holdfast_leases",
    help: "Leases that are there.",
    registers: [registry],
    collect: () => leases.set(read().leases),
  });
}
