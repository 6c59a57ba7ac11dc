import {
  type BootId,
  type ClusterId,
  FIRST_GROUP,
  type MemberId,
  type Steps,
  type StoreId,
} from "@holdfast/base";
import {
  type FrozenState,
  NoLeaderError,
  type ReadPoint,
  type ReplicaApi,
  type ReplicaCall,
  type ReplicaLeases,
  type ReplicaStatus,
  RequestTimedOutError,
  type SessionBatch,
} from "@holdfast/replica";
import {
  encodeBatch,
  type Operation,
  type OperationResult,
  type PublishedRevisions,
  type RowLayout,
  StateMachine,
} from "@holdfast/state-machine";
import { SnapshotReader } from "@holdfast/storage";
import { SystemClock } from "../src/adapters/system-clock.ts";
import { SystemTurn } from "../src/adapters/system-turn.ts";
import { MemoryRows } from "./memory-rows.ts";

export const MEMBER = 1_111_222_233_334 as MemberId;
const CLUSTER = 9_007_199_254_740_991 as ClusterId;
const NODE_SESSION = new Uint8Array(16).fill(0xee);
const STORE = "2".repeat(32) as StoreId;
const CLIENT_ADDRESS = "127.0.0.1:2379";

/**
 * A cluster of one in memory: a real state machine to which operations are
 * applied at once, in the order in which they come.
 *
 * Without its leader it behaves as any follower that has lost it: writes and
 * linearizable reads wait until it returns or their deadline passes.
 */
export class SingleReplica implements ReplicaApi {
  /** What is said of the room on its disk. */
  quotaBytes = 2 * 1024 ** 3;
  shortage: string | undefined;
  electionTimeoutMs = 1000;
  readonly #rows = new MemoryRows();
  readonly #followers: ((revisions: PublishedRevisions) => void)[] = [];
  readonly #machine: StateMachine = new StateMachine({
    group: FIRST_GROUP,
    writer: this.#rows,
    published: (revisions) => {
      for (const follower of this.#followers) follower(revisions);
    },
  });
  readonly #clock = new SystemClock();
  #index = 0;
  #sequence = 1;
  #leads = true;
  #waiting: (() => void)[] = [];
  /** Where its clients find it. */
  clientAddress = CLIENT_ADDRESS;
  isStopped = false;
  /** Entries proposed, computations run and statuses asked for, for tests that count. */
  readonly counts: { entries: number; reads: number; statuses: number; frozenClosed: number } = {
    entries: 0,
    reads: 0,
    statuses: 0,
    frozenClosed: 0,
  };

  constructor() {
    this.#rows.run(this.#machine.open());
    this.#apply(
      encodeBatch({
        session: NODE_SESSION,
        firstSequence: 0,
        ackedBelow: 0,
        operations: [{ kind: "session-open" }],
      }),
    );
  }

  get layout(): RowLayout {
    return this.#machine.layout;
  }

  get sessions(): number {
    return this.#machine.sessions;
  }

  loseLeader(): void {
    this.#leads = false;
  }

  regainLeader(): void {
    this.#leads = true;
    for (const proceed of this.#waiting.splice(0)) proceed();
  }

  async propose(operation: Operation, call: ReplicaCall): Promise<OperationResult> {
    await this.#leader(call);
    const firstSequence = this.#sequence++;
    const batch = { session: NODE_SESSION, firstSequence, ackedBelow: firstSequence };
    const [result] = this.#apply(encodeBatch({ ...batch, operations: [operation] }));
    return result as OperationResult;
  }

  async submit(batch: SessionBatch, call: ReplicaCall): Promise<readonly OperationResult[]> {
    await this.#leader(call);
    return this.#apply(batch.bytes);
  }

  async read<Result>(
    compute: (point: ReadPoint) => Steps<Result>,
    call: ReplicaCall & { readonly linearizable: boolean },
  ): Promise<Result> {
    if (call.linearizable) await this.#leader(call);
    this.counts.reads += 1;
    return this.#rows.run(compute(this.#machine.point));
  }

  barrier(call: ReplicaCall): Promise<void> {
    return this.#leader(call);
  }

  /** It is alone for ever. */
  changeMembership(): Promise<MemberId> {
    return Promise.reject(new NoLeaderError("a cluster in memory takes no members"));
  }

  transferLeadership(): Promise<MemberId> {
    return Promise.reject(new NoLeaderError("a cluster of one hands nothing over"));
  }

  /** Collects at once what is there to collect. */
  async collected(): Promise<void> {
    while (true) {
      const part = this.#rows.run(this.#machine.planCollection());
      if (part === undefined) return;
      this.#machine.writeCollection(part);
    }
  }

  /** Nobody ends them: a cluster in memory has all the time of the world. */
  readonly leases: ReplicaLeases = {
    find: (id) => this.#machine.leases.find(id),
    all: () => Array.from(this.#machine.leases.all(), ({ id }) => id),
    renew: async (id, call) => {
      const result = await this.propose({ kind: "lease-renew", ids: [id] }, call);
      return result.kind === "lease-renew" ? (result.ttls[0] ?? 0) : 0;
    },
    remainingMs: async (id, call) => {
      await this.#leader(call);
      const lease = this.#machine.leases.find(id);
      return lease === undefined ? undefined : lease.remainingSeconds * 1000 - 1;
    },
    counts: () => ({
      ...this.#machine.leases.counts,
      leases: this.#machine.leases.count,
      expired: 0,
    }),
  };

  async freeze(): Promise<FrozenState> {
    const snapshot = await this.#rows.frozen();
    const reader = new SnapshotReader({ snapshot, turn: new SystemTurn() });
    return {
      appliedIndex: this.#index,
      appliedTerm: 2,
      revision: this.#machine.revision,
      compactRevision: this.#machine.compactRevision,
      approximateBytes: 4096,
      next: () => reader.next(),
      close: async () => {
        this.counts.frozenClosed += 1;
        await reader.close();
      },
    };
  }

  rollingHashAt(index: number): number | undefined {
    return this.#machine.rollingHashAt(index);
  }

  onRevisions(follower: (revisions: PublishedRevisions) => void): void {
    this.#followers.push(follower);
  }

  status(): ReplicaStatus {
    this.counts.statuses += 1;
    return {
      role: this.isStopped ? "stopped" : this.#leads ? "leader" : "follower",
      name: "n1",
      storeId: STORE,
      bootId: "1".repeat(32) as BootId,
      clusterId: CLUSTER,
      memberId: MEMBER,
      leader: this.#leads ? MEMBER : undefined,
      term: 2,
      membership: {
        voters: [MEMBER],
        outgoing: [],
        learners: [],
        learnersNext: [],
        autoLeave: false,
        promotions: [],
        profiles: [
          {
            id: MEMBER,
            name: "n1",
            storeId: STORE,
            peerAddress: "127.0.0.1:2380",
            clientAddress: this.clientAddress,
          },
        ],
      },
      lastIndex: this.#index,
      committed: this.#index,
      applied: this.#index,
      revision: this.#machine.revision,
      compactRevision: this.#machine.compactRevision,
      sessions: this.sessions,
      stateBytes: 4096,
      quotaBytes: this.quotaBytes,
      waitingFor: undefined,
      shortage: this.shortage,
      alarms: this.#machine.alarms.all(),
      electionTimeoutMs: this.electionTimeoutMs,
    };
  }

  #apply(payload: Uint8Array): readonly OperationResult[] {
    this.counts.entries += 1;
    this.#index += 1;
    return this.#rows.run(this.#machine.apply({ index: this.#index, term: 2, payload }));
  }

  #leader(call: ReplicaCall): Promise<void> {
    if (this.#leads) return Promise.resolve();
    if (call.requireLeader === true) {
      return Promise.reject(new NoLeaderError("no leader is known"));
    }
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.timer(call.deadline - this.#clock.now(), () => {
        reject(new RequestTimedOutError("no leader came in time", "not-applied"));
      });
      this.#waiting.push(() => {
        cancel();
        resolve();
      });
    });
  }
}
