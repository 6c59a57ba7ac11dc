import type { LogIndex, MemberId, StoreId } from "@holdfast/base";
import type {
  Epoch,
  Fetch,
  MemberProfile,
  Membership,
  Raft,
  SnapshotFetch,
} from "../../src/index.ts";
import { nameOf } from "./describe.ts";
import { Disk, type Write } from "./disk.ts";

/** One member: its core while it runs, its disk, and what its driver still owes the core. */
export interface Actor {
  readonly id: MemberId;
  /** `undefined` while it is down. */
  raft: Raft | undefined;
  /** Its process does not run; messages wait in its sockets. */
  asleep: boolean;
  disk: Disk;
  /** Whether a write is durable as soon as it is handed out. */
  disksAtOnce: boolean;
  /** Its disk stands still: writes wait even when everything else settles. */
  stalled: boolean;
  /** Handed out and not reported as durable. */
  writes: Write[];
  fetches: Fetch[];
  applied: LogIndex;
  /** How far the core lets it apply. */
  applyTo: LogIndex;
  /** The commit index that the judge saw last. */
  committed: LogIndex;
  /** Sessions with the peers that want a state from this member. */
  readonly wanted: Map<MemberId, Epoch>;
  snapshotFetch: SnapshotFetch | undefined;
  lives: number;
}

/** A member that is not started. */
export function newActor(id: MemberId, membership: Membership): Actor {
  return {
    id,
    raft: undefined,
    asleep: false,
    disk: new Disk(membership),
    disksAtOnce: true,
    stalled: false,
    writes: [],
    fetches: [],
    applied: 0,
    applyTo: 0,
    committed: 0,
    wanted: new Map(),
    snapshotFetch: undefined,
    lives: 0,
  };
}

export function profileOf(id: MemberId): MemberProfile {
  const name = nameOf(id);
  const storeId = `${id}` as StoreId;
  return { id, name, storeId, peerAddress: `${name}:2380`, clientAddress: `${name}:2379` };
}
