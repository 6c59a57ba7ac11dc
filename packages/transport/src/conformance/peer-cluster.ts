import type { BootId, ClusterId, MemberId, StoreId } from "@holdfast/base";
import { type MemberProfile, type Membership, NO_MEMBERSHIP } from "@holdfast/raft";
import type {
  PeerEvents,
  PeerIdentity,
  PeerMessage,
  PeerNetwork,
  SnapshotAnswer,
  SnapshotRequest,
} from "@holdfast/replica";

/** A network under test, as its fixture opened it. */
export interface OpenNetwork {
  readonly network: PeerNetwork;
  /** Where the others reach it; the same again if one was asked for. */
  readonly address: string;
  /** Ends the process behind it; its address then refuses dials. */
  kill(): Promise<void>;
}

/** What a fixture opens a network with. */
export interface OpenNetworkOptions {
  readonly identity: () => PeerIdentity;
  readonly events: PeerEvents;
  /** Where to listen; `undefined`: anywhere. */
  readonly address: string | undefined;
}

/** One implementation of the port, ready to be opened several times. */
export interface NetworkFixture {
  open(options: OpenNetworkOptions): Promise<OpenNetwork>;
  /** Resolves once the condition holds; rejects after a while with what was waited for. */
  until(condition: () => boolean, what: string): Promise<void>;
  /** Resolves when all that could happen in a moment has happened. */
  settle(): Promise<void>;
}

/** What a process heard from its network, in order. */
export type Sighting =
  | { readonly kind: "received"; readonly message: PeerMessage }
  | { readonly kind: "connected"; readonly peer: MemberId; readonly bootId: BootId }
  | { readonly kind: "disconnected"; readonly peer: MemberId }
  | { readonly kind: "gone"; readonly peer: MemberId }
  | { readonly kind: "knocked"; readonly name: string };

/** One process of a {@link PeerCluster}; its identity may be changed at any time. */
export interface PeerProcess {
  identity: PeerIdentity;
  readonly id: MemberId;
  readonly address: string;
  readonly network: PeerNetwork;
  readonly sightings: Sighting[];
  /** What it answers to whoever asks for a state. */
  serve: (request: SnapshotRequest) => Promise<SnapshotAnswer>;
  kill(): Promise<void>;
}

const CLUSTER = 4_503_599_627_370_497 as ClusterId;

/** Processes on one network, and the membership that they are given. */
export class PeerCluster {
  readonly #fixture: NetworkFixture;
  readonly #opened: OpenNetwork[] = [];
  #starts = 0;

  constructor(fixture: NetworkFixture) {
    this.#fixture = fixture;
  }

  /** As many processes as asked for, born, members of one cluster, connected each to each. */
  async form(size: number): Promise<readonly PeerProcess[]> {
    const processes: PeerProcess[] = [];
    for (let number = 1; number <= size; number++) processes.push(await this.start(number));
    this.introduce(processes);
    await this.connected(processes);
    return processes;
  }

  /** One unborn process; `number` names its member and its store. */
  async start(number: number, address?: string): Promise<PeerProcess> {
    this.#starts += 1;
    const sightings: Sighting[] = [];
    const identity = unbornIdentity(number, this.#starts);
    const options = {
      identity: () => process.identity,
      events: {
        ...recordInto(sightings),
        snapshotAsked: (request: SnapshotRequest) => process.serve(request),
      },
      address,
    };
    const id = (number * 1_000) as MemberId;
    const process: { -readonly [Key in keyof PeerProcess]: PeerProcess[Key] } = {
      identity,
      id,
      sightings,
      address: "",
      network: undefined as unknown as PeerNetwork,
      serve: () => Promise.resolve({ kind: "gone", reason: "nothing is served here" }),
      kill: () => Promise.resolve(),
    };
    const opened = await this.#fixture.open(options);
    this.#opened.push(opened);
    process.address = opened.address;
    process.network = opened.network;
    process.kill = () => opened.kill();
    return process;
  }

  /** Makes processes members of one cluster and names them to each other. */
  introduce(processes: readonly PeerProcess[]): void {
    const membership = membershipOf(processes);
    for (const process of processes) {
      process.identity = {
        ...process.identity,
        clusterId: CLUSTER,
        memberId: process.id,
        membership,
        peerAddress: process.address,
      };
    }
    for (const process of processes) process.network.setPeers(membership.profiles);
  }

  /** A member that was added while the called one was away, and dials it. */
  async addedWhileAway({
    countsIn,
    asReserved = false,
  }: {
    /** The newcomer takes the called one for a member. */
    readonly countsIn: boolean;
    /** The called one knows that somebody is to come, and not who. */
    readonly asReserved?: boolean;
  }): Promise<{
    readonly called: PeerProcess;
    readonly stranger: PeerProcess;
  }> {
    const called = await this.start(1);
    const other = await this.start(2);
    const stranger = await this.start(3);
    this.introduce([called, other]);
    if (asReserved) keepPlace(called, stranger);
    stranger.identity = {
      ...stranger.identity,
      clusterId: CLUSTER,
      memberId: stranger.id,
      membership: membershipOf(countsIn ? [called, other, stranger] : [other, stranger]),
      // Whoever does not know it has no other way to answer.
      peerAddress: stranger.address,
    };
    stranger.network.setPeers([profileOf(called)]);
    return { called, stranger };
  }

  /** Resolves once each process was told that each other is connected. */
  async connected(processes: readonly PeerProcess[]): Promise<void> {
    await this.#fixture.until(
      () =>
        processes.every((process) =>
          processes.every((peer) => peer === process || isConnected(process, peer)),
        ),
      "all processes are connected",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((opened) => opened.kill()));
  }
}

/** A process knows another one as a member without a store. */
function keepPlace(process: PeerProcess, { id, address }: PeerProcess): void {
  const { membership = NO_MEMBERSHIP } = process.identity;
  const storeId = "0".repeat(32) as StoreId;
  const place = { id, name: "", storeId, peerAddress: address, clientAddress: "" };
  const { learners, profiles } = membership;
  process.identity = {
    ...process.identity,
    membership: { ...membership, learners: [...learners, id], profiles: [...profiles, place] },
  };
}

/** Whether the last that a process heard of a peer is that it is connected. */
export function isConnected(process: PeerProcess, peer: PeerProcess): boolean {
  const last = process.sightings.findLast(
    (sighting) => "peer" in sighting && sighting.peer === peer.id,
  );
  return last?.kind === "connected" && last.bootId === peer.identity.bootId;
}

/** The configuration with the given processes as voters. */
export function membershipOf(processes: readonly PeerProcess[]): Membership {
  const profiles = processes.map(profileOf).sort((a, b) => a.id - b.id);
  return { ...NO_MEMBERSHIP, voters: profiles.map(({ id }) => id), profiles };
}

export function profileOf({ id, identity, address }: PeerProcess): MemberProfile {
  const { name, storeId } = identity;
  return { id, name, storeId, peerAddress: address, clientAddress: "127.0.0.1:1" };
}

function unbornIdentity(number: number, start: number): PeerIdentity {
  return {
    name: `n${number}`,
    storeId: number.toString(16).padStart(32, "0") as StoreId,
    bootId: start.toString(16).padStart(32, "b") as BootId,
    clusterId: undefined,
    memberId: undefined,
    membership: undefined,
    membershipCommitted: true,
    membershipConfirmed: false,
    heartbeatMs: 100,
    electionTimeoutMs: 1_000,
    peerAddress: "",
    clientAddress: "127.0.0.1:1",
  };
}

/** A node of this name is told that the membership is confirmed. */
export const CONFIRMED_TO = "n5";

function recordInto(sightings: Sighting[]): Omit<PeerEvents, "snapshotAsked"> {
  return {
    received: (messages) => {
      for (const message of messages) sightings.push({ kind: "received", message });
    },
    connected: (peer, bootId) => sightings.push({ kind: "connected", peer, bootId }),
    disconnected: (peer) => sightings.push({ kind: "disconnected", peer }),
    gone: (peer) => sightings.push({ kind: "gone", peer }),
    asked: ({ name, clusterId }) => {
      if (clusterId === undefined) sightings.push({ kind: "knocked", name });
      return Promise.resolve(name === CONFIRMED_TO);
    },
  };
}
