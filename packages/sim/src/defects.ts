/**
 * Mistakes that a driver of the core could make, planted to see that the simulator
 * catches them. A run without any is the product's own way.
 */
export const DRIVER_DEFECTS = [
  /** A write is reported durable when it is handed to the disk. */
  "acknowledges-before-writing",
  /** Log writes are reported durable when the operating system has them. */
  "log-unsynced",
  /** Log writes run side by side and are reported as each ends. */
  "writes-reordered",
  /** What recovery finds in the log is taken for durable without syncing it. */
  "recovered-log-unsynced",
  /** A restart knows the term, but not whom it voted for. */
  "vote-not-restored",
  /** State batches are reported durable unsynced. */
  "state-unsynced",
  /** The applied index is written in a batch of its own, before the data. */
  "applied-saved-apart",
  /** The log is compacted up to what is applied in memory. */
  "compacts-before-state-is-durable",
] as const;

export type DriverDefect = (typeof DRIVER_DEFECTS)[number];
