import { Counter, Gauge, type Registry } from "prom-client";

/** What there is of watches on a node. */
export interface WatchCounts {
  readonly streams: number;
  readonly watches: number;
  /** Those that are told from the rows. */
  readonly behind: number;
  /** Events told since the start. */
  readonly events: number;
}

/** Watches of clients (docs/metrics.md). */
export function watchMetrics(registry: Registry, read: () => WatchCounts): void {
  const gauge = (name: string, help: string, value: (counts: WatchCounts) => number): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => made.set(value(read())),
    });
  };
  gauge("etcd_debugging_mvcc_watch_stream_total", "Watch streams.", ({ streams }) => streams);
  gauge("etcd_debugging_mvcc_watcher_total", "Watches.", ({ watches }) => watches);
  gauge(
    "etcd_debugging_mvcc_slow_watcher_total",
    "Watches that are told from the rows, as they are behind.",
    ({ behind }) => behind,
  );
  const events: Counter = new Counter({
    name: "etcd_debugging_mvcc_events_total",
    help: "Events told to watches.",
    registers: [registry],
    collect: () => {
      events.reset();
      events.inc(read().events);
    },
  });
}
