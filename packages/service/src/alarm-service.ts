import type { ReplicaApi, ReplicaStatus } from "@holdfast/replica";
import type { Alarm, AlarmKind, AlarmOperation, OperationResult } from "@holdfast/state-machine";
import type { CallContext, ReplicaCalls } from "./call-context.ts";

/** All alarms as a member knows them: those of the log, and that its own disk is short of room (decision 9). */
export function alarmsKnownTo({
  alarms,
  memberId,
  shortage,
}: Pick<ReplicaStatus, "alarms" | "memberId" | "shortage">): readonly Alarm[] {
  if (shortage === undefined) return alarms;
  const own: Alarm = { member: BigInt(memberId ?? 0), kind: "nospace" };
  const isKnown = alarms.some(({ member, kind }) => member === own.member && kind === own.kind);
  return isKnown ? alarms : [...alarms, own];
}

/** Lists, raises and ends alarms as etcd does (etcd-v3.md §5.10). */
export class AlarmService {
  readonly #replica: ReplicaApi;
  readonly #calls: ReplicaCalls;

  constructor(ports: { readonly replica: ReplicaApi; readonly calls: ReplicaCalls }) {
    this.#replica = ports.replica;
    this.#calls = ports.calls;
  }

  /** All of a kind, or of all kinds, as they stood when this was called or later. */
  async list(kind: AlarmKind | undefined, context: CallContext): Promise<readonly Alarm[]> {
    await this.#replica.barrier(this.#calls.call(context));
    const alarms = alarmsKnownTo(this.#replica.status());
    return kind === undefined ? alarms : alarms.filter((alarm) => alarm.kind === kind);
  }

  /** Raises or ends an alarm on all members. What a member says of its own disk ends only with its reason. */
  change(operation: AlarmOperation, context: CallContext): Promise<OperationResult> {
    return this.#replica.propose(operation, this.#calls.call(context));
  }
}
