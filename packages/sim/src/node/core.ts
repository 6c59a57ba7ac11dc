import { Raft, type RaftParts } from "@holdfast/raft";

/** What a driver uses of the consensus core. */
export type Core = Pick<
  Raft,
  "step" | "takeEffects" | "nextDeadline" | "entriesInMemory" | "status" | "checkDeeply"
>;

/** Makes the core of one life; a test may put something between it and its driver. */
export type MakeCore = (parts: RaftParts) => Core;

export const makeProductionCore: MakeCore = (parts) => new Raft(parts);
