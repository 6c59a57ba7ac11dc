import type { Act } from "./decision.ts";

/** Kinds of decisions that can be left out together. */
export const FAULT_CLASSES = [
  "reads",
  "writes",
  "bursts of writes",
  "crashes",
  "pauses",
  "clocks that leap",
  "links cut",
  "links held back",
  "disks that stall",
  "disks that fail",
  "disks wiped",
  "changes of membership",
  "leaders asked to hand over",
  "rumours of connections",
  "messages lost",
  "messages repeated",
  "messages delayed",
] as const;

export type FaultClass = (typeof FAULT_CLASSES)[number];

const CLASS_OF: Record<Exclude<Act["kind"], "operation">, FaultClass> = {
  kill: "crashes",
  doom: "crashes",
  pause: "pauses",
  "clock-leap": "clocks that leap",
  "disk-stall": "disks that stall",
  "write-error": "disks that fail",
  burst: "bursts of writes",
  peek: "reads",
  partition: "links cut",
  "cut-off": "links cut",
  clog: "links held back",
  slander: "links held back",
  rumour: "rumours of connections",
  lost: "messages lost",
  repeated: "messages repeated",
  delayed: "messages delayed",
  transfer: "leaders asked to hand over",
  "change-membership": "changes of membership",
  wipe: "disks wiped",
};

export function classOf(act: Act): FaultClass {
  if (act.kind !== "operation") return CLASS_OF[act.kind];
  return act.operation.kind === "read" ? "reads" : "writes";
}

/** Whether something is the kind of a decision other than a client's. */
export function isFault(kind: unknown): boolean {
  return typeof kind === "string" && Object.hasOwn(CLASS_OF, kind);
}
