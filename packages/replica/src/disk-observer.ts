/** Told how long durable writes take, s. */
export interface DiskObserver {
  logWritten(seconds: number): void;
  stateWritten(seconds: number): void;
}
