import { HistoryRecorder } from "@holdfast/checker";

/** A history of all clients of this process, by its monotonic clock. */
export function recordHistory(): HistoryRecorder {
  return new HistoryRecorder({ now: () => performance.now() });
}
