import { HoldfastError } from "@holdfast/base";

/** What the command's exit status tells a script. */
export const EXIT: {
  readonly ok: 0;
  /** The command line, the configuration or the machine is at fault; the command did nothing. */
  readonly usage: 1;
  /** `get` of a single key: there is none. */
  readonly notFound: 2;
  /** It cannot be done as things are, such as a read of a revision that is compacted. */
  readonly conflict: 3;
  /** The cluster did not answer, or cannot; trying again may help. */
  readonly unavailable: 4;
} = Object.freeze({ ok: 0, usage: 1, notFound: 2, conflict: 3, unavailable: 4 });

const USAGE_CODES = new Set([
  "USAGE",
  "FILE_UNUSABLE",
  "CONFIG_INVALID",
  "INVALID_ARGUMENT",
  "REQUEST_TOO_LARGE",
]);
const CONFLICT_CODES = new Set([
  "COMPACTED",
  "FUTURE_REVISION",
  "KEY_NOT_FOUND",
  "LEASE_NOT_FOUND",
  "TOO_MANY_KEYS",
  "OUT_OF_RANGE",
  // What is on this machine.
  "SNAPSHOT_DAMAGED",
  "DIRECTORY_NOT_EMPTY",
  // What the leader refuses of a change of the membership, and what must change first.
  "MEMBER_NOT_FOUND",
  "MEMBER_AMBIGUOUS",
  "MEMBER_NAME_TAKEN",
  "PEER_ADDRESS_TAKEN",
  "TOO_MANY_LEARNERS",
  "TOO_MANY_MEMBERS",
  "NOT_A_LEARNER",
  "LEARNER_NOT_READY",
  "QUORUM_NOT_CONNECTED",
  "LAST_VOTER",
  "BAD_TRANSFER_TARGET",
]);
/** What they start runs on this machine, and so does all that keeps it from starting. */
const LOCAL_COMMANDS = new Set(["up", "serve", "bench", "sim"]);

/** The exit status for a failure of `command`: what is neither the user's nor the data's fault is the cluster's. */
export function exitCodeOf(failure: unknown, command: string | undefined): number {
  if (command !== undefined && LOCAL_COMMANDS.has(command)) return EXIT.usage;
  if (!(failure instanceof HoldfastError) || USAGE_CODES.has(failure.code)) return EXIT.usage;
  return CONFLICT_CODES.has(failure.code) ? EXIT.conflict : EXIT.unavailable;
}
