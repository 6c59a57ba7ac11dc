import type { WireAnswer, WireMethod, WireRequest } from "../stores/wire-method.ts";

/** One exchange with both stores. */
export interface Exchange {
  readonly asked: WireRequest;
  readonly etcd: WireAnswer;
  readonly holdfast: WireAnswer;
}

/** What differs, and may: the only place that excuses anything. docs/compatibility.md shows the same. */
export interface KnownDifference {
  readonly where: string;
  readonly etcd: string;
  readonly holdfast: string;
  readonly why: string;
  /** Fields of a method's response that are not compared. */
  readonly fields?: readonly `${WireMethod}.${string}`[];
  /** Whether answers that are not equal are this. */
  readonly excuses?: (exchange: Exchange) => boolean;
}

const COMPACTED = "etcdserver: mvcc: required revision has been compacted";

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    where: "`cluster_id`, `member_id`, `raft_term` of headers; members' ids, names and URLs",
    etcd: "its own",
    holdfast: "its own",
    why: "They name a cluster. That they are there or not is compared.",
    fields: ["MemberList.members"],
  },
  {
    where: "Status: version, sizes, indices, terms, leader",
    etcd: "3.4.23, bbolt's file",
    holdfast: "3.6, LevelDB's files",
    why: "They describe a process.",
    fields: [
      "Status.version",
      "Status.dbSize",
      "Status.dbSizeInUse",
      "Status.leader",
      "Status.raftIndex",
      "Status.raftTerm",
      "Status.raftAppliedIndex",
    ],
  },
  {
    where: "Status: `storageVersion`, `dbSizeQuota`, `downgradeInfo`; HashKV: `hash_revision`",
    etcd: "not there",
    holdfast: "set",
    why: "Fields of 3.6.",
    fields: [
      "Status.storageVersion",
      "Status.dbSizeQuota",
      "Status.downgradeInfo",
      "HashKV.hash_revision",
    ],
  },
  {
    where: "Alarm: the header",
    etcd: "not there in an answer to GET",
    holdfast: "set, as by 3.6",
    why: "A mistake of 3.4.",
    fields: ["Alarm.header"],
  },
  {
    where: "HashKV: `hash`",
    etcd: "CRC-32C over bbolt's records",
    holdfast: "over its own rows",
    why: "It compares members of one implementation.",
    fields: ["HashKV.hash"],
  },
  {
    where: "A range whose sort order or sort target is no number of the enum",
    etcd: "an order is passed over, a target makes it panic",
    holdfast: '"invalid sort option", as by 3.6',
    why: "A mistake of 3.4. Not asked.",
  },
  {
    where: "A compare whose result or target is no number of the enum",
    etcd: "holds, or compares as equal",
    holdfast: "refused: INVALID_ARGUMENT",
    why: "A guard that nobody understands must not let a write pass. Not asked.",
  },
  {
    where:
      "A transaction that deletes a key by an open range and then puts it with `ignore_value` or `ignore_lease`",
    etcd: "panics",
    holdfast: "puts the key without value or lease",
    why: "A mistake of etcd. Not asked.",
  },
  {
    where:
      "A transaction that writes, and reads at a revision that was compacted, on several members",
    etcd: "some members refuse it, others apply it: they are not equal any more",
    holdfast: "all refuse it",
    why: "etcd issue 21432. Asked of one member only.",
  },
  {
    where: "An empty `range_end` that is written all the same",
    etcd: "is the end of all",
    holdfast: "is none",
    why: "In proto3 both are the same, and no client writes it. Not asked.",
  },
  {
    where: "The order of pairs that a sort has for equal, and which of them a limit cuts off",
    etcd: "chance",
    holdfast: "by key",
    why: "etcd's sort is not stable. They are put in order before they are compared.",
  },
  {
    where: "A watch from the revision that was compacted last: a deletion in it",
    etcd: "lost",
    holdfast: "told, as since 3.4.34",
    why: "A mistake of 3.4. Not asked.",
  },
  {
    where: "The id of a watch that a compaction has ended, given to another on the same stream",
    etcd: "refused: duplicate watch ID",
    holdfast: "free again",
    why: "etcd forgets to free it. Not asked.",
  },
  {
    where:
      "A progress request while a watch of the stream is behind, or begins at a revision to come",
    etcd: "answered at once",
    holdfast: "not answered, as since 3.4.31",
    why: "The answer says that all up to its revision was told. Not asked then.",
  },
  {
    where: "HashKV at the revision that was compacted last",
    etcd: "refused as compacted",
    holdfast: "answered",
    why: "That revision can be read, in etcd too.",
    excuses: ({ asked, etcd, holdfast }) =>
      asked.method === "HashKV" &&
      etcd.details === COMPACTED &&
      holdfast.code === "OK" &&
      Number(fieldOf(holdfast, "compact_revision")) <= Number(asked.request["revision"]),
  },
  {
    where: "MemberAdd: learners at a time",
    etcd: "1",
    holdfast: "3, with the members that are to vote and still catch up",
    why: "A limit of its own (docs/limits.md). Not asked.",
  },
  {
    where: "MemberAdd of a second voter while the first one added is not started yet",
    etcd: "refused: not enough started members",
    holdfast: "taken",
    why: "It learns first and counts in no quorum until it has caught up. Not asked.",
  },
  {
    where: "MemberAdd of a learner while a voter is down",
    etcd: "refused: unhealthy cluster",
    holdfast: "taken",
    why: "A learner counts in no quorum. Not asked.",
  },
  {
    where: "Auto-compaction, where nobody configured it",
    etcd: "off",
    holdfast: "periodic, 1 h",
    why: "A store that is only written to would grow for ever (decision 15). Not asked.",
  },
  {
    where: "The alarm NOSPACE that a full store raises",
    etcd: "raised by each member for itself, ended by `alarm disarm` only",
    holdfast:
      "raised by the leader, after history was given up, and ended by it when there is room again",
    why: "A quota that heals (decision 16). One that a client raised stays, as etcd's. Not asked.",
  },
  {
    where:
      "A request of more than 16,384 messages or 131,072 fields, or values as JSON, within its size",
    etcd: "taken",
    holdfast: "refused",
    why: "Decoding it would hold up everybody else. Not asked.",
  },
  {
    where: "A put that would cross the quota",
    etcd: "weighed: 256 B, key and value; applied and refused",
    holdfast: "applied; those behind the next measurement are refused",
    why: "What the state takes is measured (decision 16). Not asked.",
  },
  {
    where: "Members that differ",
    etcd: "compared if `--experimental-corrupt-check-time` says so",
    holdfast: "always compared; the one that differs stops",
    why: "A damaged replica never votes (decision 17). Not asked.",
  },
  {
    where: "MemberAdd and MemberUpdate with several URLs, or one of `unix`",
    etcd: "taken",
    holdfast: "refused: invalid member URLs",
    why: "A member has one address, HOST:PORT. Not asked.",
  },
  {
    where: "MemberUpdate with URLs that are none; of a learner that never started",
    etcd: "taken; the process ends",
    holdfast: "refused: invalid member URLs; taken",
    why: "Mistakes of 3.4. Not asked.",
  },
  {
    where: "All that is asked of a learner but Status and serializable Range",
    etcd: "refused: rpc not supported for learner",
    holdfast: "served: by the leader, to which the learner passes it on",
    why: "A client need not know who votes. Not asked.",
  },
  {
    where: "Lock or Campaign with a lease that has its place already: the key",
    etcd: "stays as it is, so the first of two such calls takes the place with it when it ends",
    holdfast: "is put again, so the place is the last call's",
    why: "A client that asks another node again must not lose what it gets. Not asked.",
  },
];

function fieldOf({ response }: WireAnswer, name: string): unknown {
  return (response as Readonly<Record<string, unknown>> | undefined)?.[name];
}

/** The fields of a method's response that are not compared. */
export function maskedFields(method: WireMethod): readonly string[] {
  const prefix = `${method}.`;
  return KNOWN_DIFFERENCES.flatMap(({ fields = [] }) => fields)
    .filter((field) => field.startsWith(prefix))
    .map((field) => field.slice(prefix.length));
}

/** The difference that an exchange whose answers are not equal is known for. */
export function excuseOf(exchange: Exchange): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find(({ excuses }) => excuses?.(exchange) === true);
}
