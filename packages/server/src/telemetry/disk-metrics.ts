import type { SpaceStanding } from "@holdfast/storage";
import { Gauge, type Registry } from "prom-client";

/** The room on the node's disk (docs/metrics.md). */
export function diskMetrics(registry: Registry, read: () => SpaceStanding): void {
  const gauge = (name: string, help: string, value: (standing: SpaceStanding) => number): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => made.set(value(read())),
    });
  };
  gauge(
    "holdfast_disk_free_bytes",
    "Free on the disk with the node's directory; NaN if the system does not tell.",
    ({ freeBytes }) => freeBytes ?? Number.NaN,
  );
  gauge(
    "holdfast_disk_reserve_bytes",
    "What must stay free there (limits.diskReserveBytes).",
    ({ reserveBytes }) => reserveBytes,
  );
  gauge(
    "holdfast_disk_short",
    "1 while the node takes no more writes for want of disk space.",
    ({ shortage }) => Number(shortage !== undefined),
  );
}
