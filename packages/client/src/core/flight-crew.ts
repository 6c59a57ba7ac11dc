import type { Clock, Random } from "@holdfast/base";
import type { ReadQueue } from "./read-queue.ts";
import type { SessionLink } from "./session-link.ts";
import type { WriteWindow } from "./write-window.ts";

export interface FlightPorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** Whom a flight control works with, and whom it tells. */
export interface FlightCrew {
  readonly link: SessionLink;
  readonly writes: WriteWindow;
  readonly reads: ReadQueue;
  /** Something was answered, so there may be room for what waits. */
  progressed(): void;
  /** The cluster has applied a batch of the session not long ago, and so still knows it. */
  sessionUsed(): void;
  /** The session is gone and nothing of it is in flight any more. */
  sessionExpired(): void;
}
