import type { SnapshotObserver, SnapshotTransfer } from "@holdfast/replica";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** 0.1 s to 14 minutes, as etcd has them. */
const BUCKETS = Array.from({ length: 14 }, (_, power) => 0.1 * 2 ** power);

type Way = SnapshotTransfer["way"];

/** States sent to members and received from them, by etcd's names (docs/metrics.md). */
export class SnapshotMetrics {
  readonly #ways: Readonly<Record<Way, WayMetrics>>;

  constructor(registry: Registry) {
    this.#ways = {
      sent: wayMetrics(
        registry,
        "send",
        "sent to members whose log could not be brought up to date",
      ),
      received: wayMetrics(registry, "receive", "received from the leader"),
    };
  }

  underWay(...[way, count]: Parameters<SnapshotObserver["snapshotsUnderWay"]>): void {
    this.#ways[way].underWay.set(count);
  }

  ended({ way, whole, bytes, seconds }: SnapshotTransfer): void {
    const { success, failures, duration, bytesTotal } = this.#ways[way];
    bytesTotal.inc(bytes);
    if (!whole) {
      failures.inc();
      return;
    }
    success.inc();
    duration.observe(seconds);
  }
}

interface WayMetrics {
  readonly success: Counter;
  readonly failures: Counter;
  readonly underWay: Gauge;
  readonly duration: Histogram;
  readonly bytesTotal: Counter;
}

function wayMetrics(registry: Registry, way: "send" | "receive", what: string): WayMetrics {
  const registers = [registry];
  const name = `etcd_network_snapshot_${way}`;
  return {
    success: new Counter({ name: `${name}_success`, help: `States ${what}.`, registers }),
    failures: new Counter({
      name: `${name}_failures`,
      help: `States not wholly ${what}.`,
      registers,
    }),
    underWay: new Gauge({
      name: `${name}_inflights_total`,
      help: `States that are being ${what}.`,
      registers,
    }),
    duration: new Histogram({
      name: `${name}_total_duration_seconds`,
      help: `How long it took until a state was ${what}.`,
      buckets: BUCKETS,
      registers,
    }),
    bytesTotal: new Counter({
      name: `holdfast_snapshot_${way}_bytes_total`,
      help: `Bytes of states ${what}.`,
      registers,
    }),
  };
}
