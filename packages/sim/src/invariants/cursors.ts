import type { LogIndex } from "@holdfast/base";
import type { EntryId, RaftStatus } from "@holdfast/raft";
import { Violation } from "../violation.ts";
import type { Seat } from "./seat.ts";

/** What never falls does not fall (I8), cursors are in order and tell the truth (I10). */
export function checkCursors(life: Seat, before: RaftStatus): void {
  const complaint = monotony(life.status, before) ?? order(life.status) ?? truth(life);
  if (complaint === undefined) return;
  const [invariant, message] = complaint;
  throw new Violation(invariant, `node ${life.machine.slot}: ${message}`);
}

type Complaint = readonly [invariant: string, message: string];

function monotony(after: RaftStatus, before: RaftStatus): Complaint | undefined {
  if (after.term < before.term) return ["I8", `term falls from ${before.term} to ${after.term}`];
  if (after.commit < before.commit) {
    return ["I8", `commit falls from ${before.commit} to ${after.commit}`];
  }
  if (after.compacted < before.compacted) return ["I8", "the compacted index falls"];
  const changed = before.vote !== undefined && after.vote !== before.vote;
  if (changed && after.term === before.term) {
    return ["I2", `the vote of term ${after.term} changes from ${before.vote} to ${after.vote}`];
  }
  return undefined;
}

function order({
  compacted,
  commit,
  lastIndex,
  durable,
  peers,
}: RaftStatus): Complaint | undefined {
  if (compacted > commit || commit > lastIndex || durable > lastIndex) {
    return [
      "I10",
      `compacted ${compacted}, commit ${commit}, durable ${durable}, last ${lastIndex}`,
    ];
  }
  for (const { id, match, next } of peers) {
    if (match < next && match <= lastIndex && next <= lastIndex + 1) continue;
    return ["I10", `peer ${id}: match ${match}, next ${next}, last ${lastIndex}`];
  }
  return undefined;
}

/** The core's picture of its log is what it has handed out, and what it takes for durable is on the disk. */
function truth({ status, log, disk }: Seat): Complaint | undefined {
  if (status.lastIndex !== log.lastIndex) {
    return ["I10", `the core ends at ${status.lastIndex}, what it handed out at ${log.lastIndex}`];
  }
  if (status.compacted !== log.compacted.index) {
    return [
      "I10",
      `the core begins behind ${status.compacted}, its log behind ${log.compacted.index}`,
    ];
  }
  // Behind the compacted index, only the configuration itself is known, not where it came from.
  const dated = log.effective.index > log.compacted.index ? log.effective.index : undefined;
  if (dated !== undefined && dated !== status.membershipIndex) {
    return ["I10", `configuration ${status.membershipIndex}, the log says ${dated}`];
  }
  const { durable } = status;
  if (disk.durable.stateDirectory !== log.stateDirectory) return installing(durable, log.compacted);
  const term = disk.durable.termAt(durable);
  if (disk.durable.compacted.index <= durable && term !== log.termAt(durable)) {
    return [
      "I10",
      `${log.termAt(durable)}/${durable} counts as durable, the disk has term ${term}`,
    ];
  }
  return undefined;
}

/**
 * A fetched state is on its way to the disk. The core counts it as durable at once, because
 * whatever it promises waits for that write; but nothing behind it can be durable yet.
 */
function installing(durable: LogIndex, { index }: EntryId): Complaint | undefined {
  if (durable === index) return undefined;
  return ["I10", `${durable} counts as durable while the state at ${index} is being installed`];
}
