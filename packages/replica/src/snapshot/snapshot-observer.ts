/** A state that was sent to a peer or received from one, from its first chunk to its end. */
export interface SnapshotTransfer {
  readonly way: "sent" | "received";
  readonly whole: boolean;
  readonly bytes: number;
  readonly seconds: number;
}

/** Told of states on their way. */
export interface SnapshotObserver {
  /** So many are under way now. */
  snapshotsUnderWay(way: "sent" | "received", count: number): void;
  snapshotEnded(transfer: SnapshotTransfer): void;
}
