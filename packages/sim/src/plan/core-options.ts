import { type RaftOptions, resolveRaftOptions } from "@holdfast/raft";
import type { Dice } from "../dice.ts";

const MIB = 1024 * 1024;

/** Options as people set them, and at the edges where windows close and caches are empty. */
export function drawCoreOptions(dice: Dice): RaftOptions {
  const electionTimeoutMs = Math.round(dice.logarithmic(60, 1500));
  const heartbeatMs = Math.max(1, Math.floor(electionTimeoutMs / dice.between(3, 12)));
  const trailingBytes = dice.pick([100, 2000, 32 * MIB, 32 * MIB]);
  return resolveRaftOptions({
    electionTimeoutMs,
    heartbeatMs,
    stallClampMs: Math.max(1, Math.round(electionTimeoutMs / dice.pick([2, 4, 10]))),
    appendBytesMax: dice.pick([1, 100, 500, MIB]),
    inflightMessagesMax: dice.pick([1, 2, 8, 64]),
    inflightBytesMax: dice.pick([1, 200, 2000, 8 * MIB]),
    uncommittedBytesMax: dice.pick([100, 1000, 64 * MIB]),
    cacheBytesMax: dice.pick([1, 300, 16 * MIB]),
    trailingEntries: dice.pick([0, 3, 50, 10_000]),
    trailingBytes,
    retainBytesMax: trailingBytes * dice.pick([1, 2, 8]),
    snapshotTimeoutMs: dice.pick([4 * electionTimeoutMs, 60_000]),
    diskStallMs: Math.round(electionTimeoutMs * dice.pick([0.5, 2, 10])),
    pendingReadsMax: dice.pick([2, 20, 65_536]),
    goneCampaignMs: 30,
    goneRetryMs: 50,
  });
}
