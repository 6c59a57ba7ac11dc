import { assert, type Clock, type Logger, type MemberId, type Turn } from "@holdfast/base";
import type { Effects, Input, RaftStatus, SnapshotMeta } from "@holdfast/raft";
import type { Engine, StateDirectories } from "@holdfast/storage";
import type { PeerNetwork, SnapshotAnswer, SnapshotRequest } from "../ports/peer-network.ts";
import { notBefore } from "./not-before.ts";
import { SnapshotFetcher } from "./snapshot-fetcher.ts";
import type { SnapshotObserver } from "./snapshot-observer.ts";
import { SnapshotServer } from "./snapshot-server.ts";

export interface SnapshotsParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly network: PeerNetwork;
  readonly directories: StateDirectories;
  readonly bytesPerSecond: number;
  readonly observe: SnapshotObserver;
  openEngine(directory: string): Promise<Engine>;
  /** The engine of the state in use. */
  engine(): Engine;
  status(): RaftStatus;
  enqueue(input: Input): void;
}

/** Both sides of sending states of one member, as its core wants them (docs/decisions/0007). */
export class Snapshots {
  readonly #parts: SnapshotsParts;
  readonly #server: SnapshotServer;
  readonly #fetcher: SnapshotFetcher;

  constructor(parts: SnapshotsParts) {
    const { enqueue, network } = parts;
    const nameOf = (peer: MemberId): string => this.#nameOf(peer);
    this.#parts = parts;
    this.#server = new SnapshotServer({
      ...parts,
      nameOf,
      notBefore: (peer) => notBefore(this.#parts.status(), peer),
      opened: (peer, epoch, index) => enqueue({ kind: "snapshot-opened", peer, epoch, index }),
      closed: (peer, epoch) => enqueue({ kind: "snapshot-closed", peer, epoch }),
    });
    this.#fetcher = new SnapshotFetcher({
      ...parts,
      nameOf,
      source: (from) => network.snapshotSource(from),
      staged: (meta) => enqueue({ kind: "snapshot-staged", meta }),
      givenUp: (meta) => enqueue({ kind: "snapshot-given-up", meta }),
    });
  }

  settle({ snapshotsWanted, snapshotDropped, snapshotFetch }: Effects): void {
    for (const wanted of snapshotsWanted) this.#server.wanted(wanted);
    if (snapshotDropped !== undefined) this.#fetcher.dropped(snapshotDropped);
    if (snapshotFetch !== undefined) this.#fetcher.fetch(snapshotFetch);
  }

  /** A peer asks for a chunk of what this member offered as the leader. */
  async asked(request: SnapshotRequest): Promise<SnapshotAnswer> {
    const { role, term } = this.#parts.status();
    if (role === "leader" && term === request.term) return this.#server.asked(request);
    return { kind: "gone", reason: `it does not lead in term ${request.term}` };
  }

  /** This member leads no longer. */
  leadsNot(): void {
    this.#server.endAll();
  }

  /** Where the state lies that the core installs. */
  directoryOf(meta: SnapshotMeta): string {
    const directory = this.#fetcher.directoryOf(meta);
    assert(directory !== undefined, "only a state that is whole is installed");
    return directory;
  }

  installed(meta: SnapshotMeta): void {
    this.#fetcher.installed(meta);
  }

  /** Resolves when nothing is sent or fetched any more. */
  async stop(): Promise<void> {
    await Promise.all([this.#server.stop(), this.#fetcher.stop()]);
  }

  #nameOf(peer: MemberId): string {
    const { profiles } = this.#parts.status().membership;
    return profiles.find(({ id }) => id === peer)?.name ?? String(peer);
  }
}
