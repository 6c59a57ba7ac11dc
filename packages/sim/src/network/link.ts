import type { Millis } from "@holdfast/base";

/** The way from one machine to another. */
export class Link {
  readonly from: number;
  readonly to: number;
  /** Nothing passes before this. */
  cutUntil: Millis = 0;
  /** What is sent before this arrives after it. */
  cloggedUntil: Millis = 0;
  /** What was sent on an earlier connection is lost where connections count. */
  connection = 0;
  lastArrival: Millis = 0;

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }
}
