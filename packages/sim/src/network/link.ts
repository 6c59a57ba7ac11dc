import type { Millis } from "@holdfast/base";
import type { Carried } from "../decisions/decision.ts";

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
  /** How many of each kind were sent, where somebody wants to know. */
  readonly sent: Map<Carried, number> = new Map();

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }
}
