import { HoldfastError } from "@holdfast/base";
import type { ReplicaApi } from "@holdfast/replica";
import { alarmsKnownTo } from "./alarm-service.ts";
import type { ReplicaCalls } from "./call-context.ts";

/** `undefined`: all is well; otherwise what is not, in words. */
export type HealthFinding = string | undefined;

/** How long a check may take, ms. */
const CHECK_MS = 5_000;

/** Tells load balancers, operators and clients whether this member is of use. */
export class HealthService {
  readonly #replica: ReplicaApi;
  readonly #calls: ReplicaCalls;

  constructor(ports: { readonly replica: ReplicaApi; readonly calls: ReplicaCalls }) {
    this.#replica = ports.replica;
    this.#calls = ports.calls;
  }

  /** Whether the replica runs at all. */
  runs(): HealthFinding {
    const { role, waitingFor } = this.#replica.status();
    return role === "stopped" ? (waitingFor ?? "the replica has stopped") : undefined;
  }

  hasLeader(): HealthFinding {
    const { leader, waitingFor } = this.#replica.status();
    if (leader !== undefined) return undefined;
    return waitingFor === undefined ? "RAFT NO LEADER" : `RAFT NO LEADER: ${waitingFor}`;
  }

  /** Whether no alarm stands, as etcd says it; those of `but` aside. */
  hasNoAlarm(but: readonly string[] = []): HealthFinding {
    const status = this.#replica.status();
    const named = alarmsKnownTo(status).map(({ kind }) => kind.toUpperCase());
    const [first] = named.filter((name) => !but.includes(name)).sort();
    if (first === undefined) return undefined;
    const why = first === "NOSPACE" ? status.shortage : undefined;
    return why === undefined ? `ALARM ${first}` : `ALARM ${first}: ${why}`;
  }

  isVoter(): HealthFinding {
    const { role } = this.#replica.status();
    return role === "learner" || role === "unborn" ? `this member is ${role}` : undefined;
  }

  /** Whether a read is answered; a linearizable one needs a quorum. */
  async reads(options: { readonly linearizable: boolean }): Promise<HealthFinding> {
    try {
      const context = { timeoutMs: CHECK_MS, requireLeader: options.linearizable };
      if (options.linearizable) await this.#replica.barrier(this.#calls.call(context));
      else await this.#replica.read(noSteps, this.#calls.read(context, false));
      return undefined;
    } catch (failure) {
      if (failure instanceof HoldfastError) return `RANGE ERROR: ${failure.message}`;
      throw failure;
    }
  }
}

// biome-ignore lint/correctness/useYield: a computation that needs no rows still has the shape of one.
function* noSteps(): Generator<never, undefined> {
  return undefined;
}
