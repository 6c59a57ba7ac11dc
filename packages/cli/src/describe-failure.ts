import { HoldfastError, messageOf } from "@holdfast/base";

const NEXT_STEPS: Readonly<Record<string, string>> = {
  USAGE: "--help after the command shows what it takes",
  CONFIG_INVALID: "mend it; every field is described in cluster-configs/README.md",
  PORT_TAKEN:
    "end that process, or give the nodes other ports in a file of your own: holdfast up FILE",
  DIRECTORY_IN_USE: "end that process, or give this node a directory of its own",
  NODE_FAILED: "its log above says why",
  TIMEOUT: "holdfast status shows which nodes answer; --timeout waits longer",
  NO_LEADER: "holdfast status shows which nodes answer; reads with --serializable may still work",
  UNAVAILABLE:
    "is the cluster running? holdfast up starts one; --endpoints or HOLDFAST_ENDPOINTS says where it is",
  COMPACTED: "only later revisions can be read or compacted; without --rev the newest is read",
  FUTURE_REVISION: "leave --rev away for the newest",
  TOO_MANY_KEYS:
    "delete narrower prefixes or ranges, one after the other; holdfast get --count-only counts them",
  SNAPSHOT_DAMAGED: "take another copy; holdfast snapshot status checks one",
  DIRECTORY_NOT_EMPTY: "holdfast snapshot restore overwrites nothing",
  OVERLOADED: "try again in a moment",
  NO_SPACE:
    "reads go on; holdfast status shows whether a disk is full, or the quota is met: then delete keys",
  CORRUPT: "holdfast alarm list names the member: rebuild it, then holdfast alarm disarm",
  CHANGE_IN_PROGRESS: "holdfast member list shows what is under way; try again when it is done",
  MEMBER_NAME_TAKEN: "give another name, or remove that member first",
  PEER_ADDRESS_TAKEN: "give another address, or remove that member first",
  TOO_MANY_LEARNERS: "wait until they vote, as holdfast member list shows, or remove one",
  LEARNER_NOT_READY: "is its node running? try again when holdfast status shows little lag",
  QUORUM_NOT_CONNECTED: "start the nodes that are down first: holdfast status shows which",
  LAST_VOTER: "a cluster needs one; to end it, stop its node",
  BAD_TRANSFER_TARGET: "holdfast member list shows who votes",
  OUTCOME_UNKNOWN: "holdfast member list shows what came of it",
};

const OUTCOMES: Readonly<Record<string, string>> = {
  unknown: "it may or may not have taken effect",
  applied: "it has taken effect",
};

/**
 * A failure for standard error: its code and what happened, then what is known
 * of its effect where that is in doubt, then what to do.
 */
export function describeFailure(failure: unknown): string {
  if (!(failure instanceof HoldfastError)) return `error INTERNAL: ${detailOf(failure)}\n`;
  const [first = "", ...rest] = failure.message.split("\n");
  const outcome = OUTCOMES[failure.outcome];
  const next = NEXT_STEPS[failure.code];
  const isWrite = failure.code !== "NODE_FAILED";
  return [
    `error ${failure.code}: ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...(outcome !== undefined && isWrite ? [`  effect: ${outcome}`] : []),
    ...(next === undefined ? [] : [`  next: ${next}`]),
    "",
  ].join("\n");
}

/** An unexpected failure is a bug: its trace is worth more than a short line. */
function detailOf(failure: unknown): string {
  return failure instanceof Error ? (failure.stack ?? failure.message) : messageOf(failure);
}
