const SITUATIONS = [
  // Elections.
  "leader elected",
  "pre-vote refused by term",
  "vote granted after a restart in the same term",
  "check-quorum step-down",
  "candidate gives way",
  // The log.
  "entries truncated",
  "truncated and rewritten while a write is in flight",
  "completion for an older term",
  "torn write cut",
  "window full in count",
  "window full in bytes",
  "probe refused",
  "fetch: answered",
  "log compacted",
  // Clients.
  "read waiting for own-term commit",
  "read confirmed by a later round",
  "follower read served",
  "follower read across leader change",
  "proposal outcome lost",
  "operation unknown",
  "quota refusal and recovery",
  "stale read index refused",
  "read asked while another leads",
  // The world.
  "process killed",
  "power cut",
  "state rolled back by a crash",
  "process paused",
  "clock leapt",
  "disk stalled",
  "write failed",
  "links cut one way",
  "message delivered to a later life",
  "single voter served",
  "crash: effects taken",
  "crash: messages sent",
  "crash: write issued",
  "crash: write durable",
  "crash: applying",
  "crash: state written",
] as const;

const MEMBERSHIP_SITUATIONS = [
  "membership changed",
  "leader elected in joint config",
  "leader removed itself",
  "joint left by a later leader",
  "truncation of a config entry",
  "learner promoted",
  "wiped store replaced",
  "shrunk to one voter",
  "member removed and added again",
  "change refused in progress",
] as const;

const TRANSFER_SITUATIONS = [
  "leadership transferred",
  "transfer timed out",
  "TimeoutNow arrives late",
] as const;

const SNAPSHOT_SITUATIONS = [
  "snapshot offered",
  "snapshot offered twice",
  "snapshot installed",
  "snapshot resumed at offset > 0",
  "snapshot fetch replaced",
  "snapshot fetch given up",
  "compaction raced with probe",
  "fetch: compacted",
  "crash: snapshot staged",
  "crash: snapshot installed",
] as const;

const OPTIONAL_SITUATIONS = ["snapshot dropped", "disk-stall step-down"] as const;

type Situation =
  | (typeof SITUATIONS)[number]
  | (typeof MEMBERSHIP_SITUATIONS)[number]
  | (typeof TRANSFER_SITUATIONS)[number]
  | (typeof SNAPSHOT_SITUATIONS)[number]
  | (typeof OPTIONAL_SITUATIONS)[number];

/** Which situations a run may be asked to reach. */
export interface MarkedFeatures {
  readonly membership: boolean;
  readonly transfer: boolean;
  readonly snapshots: boolean;
}

/** The situations that many runs together must reach, or they prove less than they seem to. */
export function situationsOf(features: MarkedFeatures): readonly string[] {
  return [
    ...SITUATIONS,
    ...(features.membership ? MEMBERSHIP_SITUATIONS : []),
    ...(features.transfer ? TRANSFER_SITUATIONS : []),
    ...(features.snapshots ? SNAPSHOT_SITUATIONS : []),
  ];
}

/** How often each situation came about. */
export class Marks<Known extends string = Situation> {
  readonly #counts = new Map<string, number>();

  hit(situation: Known): void {
    this.#counts.set(situation, (this.#counts.get(situation) ?? 0) + 1);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
