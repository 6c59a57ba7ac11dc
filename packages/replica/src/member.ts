import {
  type ClusterId,
  FIRST_GROUP,
  type HoldfastError,
  type Logger,
  type LogIndex,
  type MemberId,
  type Revision,
  type Steps,
} from "@holdfast/base";
import type {
  Effects,
  Input,
  Membership,
  Outcome,
  Raft,
  RaftStatus,
  SnapshotMeta,
  Transition,
} from "@holdfast/raft";
import type { StatePoint } from "@holdfast/state-machine";
import type { Engine, StateDirectories, WriteAheadLog } from "@holdfast/storage";
import { CoreLoop } from "./core-loop.ts";
import { CurrentState } from "./current-state.ts";
import type { DiskObserver } from "./disk-observer.ts";
import type { HashComparison } from "./hashes/hash-comparison.ts";
import { hashComparisonOf } from "./hashes/hash-comparison-of.ts";
import { type MemberLeases, memberLeasesOf } from "./leases/member-leases.ts";
import { LogReads } from "./log-reads.ts";
import { LogWriter } from "./log-writer.ts";
import { type MemberState, type MemberStateParts, openMemberState } from "./member-state.ts";
import type { Administration } from "./membership/administration.ts";
import { administrationOf } from "./membership/administration-of.ts";
import { Neighbours } from "./membership/neighbours.ts";
import { OwnMembership } from "./membership/own-membership.ts";
import { PeerInbox } from "./peer-inbox.ts";
import type { PeerPresence } from "./peer-presence.ts";
import type {
  PeerMessage,
  PeerNetwork,
  SnapshotAnswer,
  SnapshotRequest,
} from "./ports/peer-network.ts";
import type { RoomGauge } from "./ports/room-gauge.ts";
import { NodeSession } from "./proposals/node-session.ts";
import { Proposer } from "./proposals/proposer.ts";
import { ReadBarriers } from "./read-barriers.ts";
import type { ReplicaOptions } from "./replica-options.ts";
import { sendMessages } from "./send-messages.ts";
import type { SnapshotObserver } from "./snapshot/snapshot-observer.ts";
import { Snapshots } from "./snapshot/snapshots.ts";
import type { SpaceWatch } from "./space/space-watch.ts";
import { spaceWatchOf } from "./space/space-watch-of.ts";
import type { AppliedState } from "./state-at-work.ts";

export interface MemberParts extends MemberStateParts {
  readonly options: ReplicaOptions;
  readonly log: WriteAheadLog;
  readonly network: PeerNetwork;
  readonly presence: PeerPresence;
  readonly clusterId: ClusterId;
  readonly observe: DiskObserver & SnapshotObserver;
  readonly directories: StateDirectories;
  readonly room: RoomGauge;
  /** Opens an empty engine for a state on its way in; it takes little of the thread pool. */
  openStagingEngine(directory: string): Promise<Engine>;
  /** A new role, term or leader. */
  changed(transition: Transition): void;
  /** A configuration without this member is committed and applied here. */
  removed(): void;
  fail(failure: unknown): void;
}

const SWEEP_MS = 100;

/**
 * A born replica at work: the core, its log, the state it applies to, and those
 * who wait for either. Everything below hands over to the next by a call; nothing
 * below knows who is above.
 */
export class Member {
  readonly id: MemberId;
  readonly session: NodeSession;
  readonly proposer: Proposer;
  readonly barriers: ReadBarriers;
  readonly administration: Administration;
  readonly leases: MemberLeases;
  readonly #parts: MemberParts;
  readonly #loop: CoreLoop;
  readonly #raft: Raft;
  readonly #reads: LogReads;
  readonly #writer: LogWriter;
  readonly #current: CurrentState;
  readonly #snapshots: Snapshots;
  readonly #logger: Logger;
  #leader: MemberId | undefined;
  readonly #own: OwnMembership;
  readonly #space: SpaceWatch;
  readonly #hashes: HashComparison;
  readonly #inbox: PeerInbox;
  readonly #neighbours: Neighbours;

  static async open(parts: MemberParts): Promise<Member> {
    return new Member(parts, await openMemberState(parts));
  }

  private constructor(parts: MemberParts, { raft, applied }: MemberState) {
    const { id, clock, turn, random, options, log, membershipCodec } = parts;
    this.id = id;
    this.#parts = parts;
    this.#raft = raft;
    this.#logger = parts.logger;
    const fail = (failure: unknown): void => parts.fail(failure);
    this.#loop = new CoreLoop({
      raft,
      clock,
      turn,
      settle: (effects) => this.#settle(effects),
      fail,
    });
    const enqueue = (input: Input): void => this.#loop.enqueue(input);
    const { readBytesMax } = options;
    this.#reads = new LogReads({ raft, log, logger: this.#logger, readBytesMax, enqueue, fail });
    this.#writer = new LogWriter({
      log,
      group: FIRST_GROUP,
      membershipCodec,
      clock,
      directoryOf: (meta) => this.#snapshots.directoryOf(meta),
      installed: (meta) => this.#installed(meta),
      observe: (seconds) => parts.observe.logWritten(seconds),
      persisted: (seq) => this.#loop.enqueue({ kind: "persisted", seq }),
      fail,
    });
    this.#current = this.#currentState(applied);
    this.#snapshots = this.#makeSnapshots();
    this.proposer = this.#makeProposer(parts);
    this.session = new NodeSession({
      clock,
      turn,
      random,
      proposer: this.proposer,
      applied: () => this.applied,
      batchOperationsMax: options.batchOperationsMax,
      entryBytesMax: options.entryBytesMax,
      operationsMax: options.pendingOperationsMax,
      bytesMax: options.pendingBytesMax,
      sweepMs: SWEEP_MS,
    });
    this.barriers = new ReadBarriers({
      clock,
      turn,
      pendingMax: options.pendingReadsMax,
      sweepMs: SWEEP_MS,
      ask: (token) => this.#loop.enqueue({ kind: "read-index", token }),
      hasLeader: () => this.#leader !== undefined,
      applied: () => this.applied,
    });
    this.administration = this.#administration();
    this.leases = memberLeasesOf(parts, this);
    this.#space = spaceWatchOf(parts, this);
    this.#hashes = hashComparisonOf(parts, this);
    this.#inbox = new PeerInbox({
      logger: this.#logger,
      administration: this.administration,
      proposer: this.proposer,
      space: this.#space,
      leases: this.leases,
      hashes: this.#hashes,
      enqueue,
    });
    this.#own = OwnMembership.recovered(id, parts.recovered, membershipCodec);
    this.#neighbours = neighboursOf(parts);
  }

  #makeProposer({ id, clock, options, network, room }: MemberParts): Proposer {
    return new Proposer({
      self: id,
      clock,
      pendingOperationsMax: options.pendingOperationsMax,
      pendingBytesMax: options.pendingBytesMax,
      retryMs: options.raft.electionTimeoutMs,
      sweepMs: SWEEP_MS,
      leader: () => this.#leader,
      term: () => this.status().term,
      isBehind: () => this.state.store.full,
      intake: () => this.#space.intake,
      shortage: () => room.shortage,
      propose: (token, payload) =>
        this.#loop.enqueue({ kind: "propose", proposals: [{ token, payload }] }),
      send: (to, message) => network.send(to, [message]),
    });
  }

  #currentState(applied: AppliedState): CurrentState {
    return new CurrentState(applied, {
      ...this.#parts,
      read: (from, to) => this.#reads.entries(from, to),
      applied: (batch) => this.proposer.applied(batch),
      advanced: (index) => this.#appliedTo(index),
      durable: (index, seconds) => {
        this.#parts.observe.stateWritten(seconds);
        this.#loop.enqueue({ kind: "state-durable", index });
      },
      replaced: () => this.#replaced(),
    });
  }

  #makeSnapshots(): Snapshots {
    return new Snapshots({
      ...this.#parts,
      self: this.id,
      bytesPerSecond: this.#parts.options.snapshotBytesPerSecond,
      openEngine: (directory) => this.#parts.openStagingEngine(directory),
      engine: () => this.state.engine,
      status: () => this.status(),
      enqueue: (input) => this.#loop.enqueue(input),
    });
  }

  #administration(): Administration {
    return administrationOf(this.#parts, {
      leader: () => this.#leader,
      status: () => this.status(),
      enqueue: (input) => this.#loop.enqueue(input),
    });
  }

  start(): void {
    const { membershipIndex: index, membership } = this.status();
    this.#neighbours.changed({ index, membership });
    this.#loop.start();
    this.#space.start();
    this.#hashes.start();
    this.#appliedTo(this.applied);
  }

  /** The state in use; a snapshot that is installed brings another one. */
  get state(): AppliedState {
    return this.#current.state;
  }

  get applied(): LogIndex {
    return this.#current.applied;
  }

  get leader(): MemberId | undefined {
    return this.#leader;
  }

  /** See {@link OwnMembership.askedOf}. */
  get electorate(): Membership {
    return this.#own.askedOf(this.status().membership);
  }

  get revision(): Revision {
    return this.state.machine.revision;
  }

  status(): RaftStatus {
    return this.#raft.status();
  }

  /** Computes over one consistent state of what is applied. */
  read<Result>(compute: (point: StatePoint) => Steps<Result>): Promise<Result> {
    return this.#current.read(compute);
  }

  get upkeep(): Pick<CurrentState, "collected" | "freeze"> {
    return this.#current;
  }

  snapshotAsked(request: SnapshotRequest): Promise<SnapshotAnswer> {
    return this.#snapshots.asked(request);
  }

  received(messages: readonly PeerMessage[]): void {
    for (const message of messages) this.#inbox.received(message);
  }

  peerConnected(peer: MemberId): void {
    this.#loop.enqueue({ kind: "peer-connected", peer });
    if (peer === this.#leader) this.proposer.sendAgain();
  }

  peerDisconnected(peer: MemberId): void {
    this.administration.disconnected(peer);
    this.leases.questions.disconnected(peer);
    this.#hashes.disconnected(peer);
    this.#loop.enqueue({ kind: "peer-disconnected", peer });
  }

  peerGone(peer: MemberId): void {
    this.#loop.enqueue({ kind: "peer-gone", peer });
  }

  /** Nobody waits for this member any more. */
  failAll(failure: HoldfastError): void {
    this.session.failAll(failure);
    this.proposer.failAll(failure);
    this.barriers.failAll(failure);
    this.leases.failAll(failure);
    this.administration.failAll();
  }

  /** Ends the work in the order in which it flows; what is applied becomes durable. */
  async stop(options: { readonly flush: boolean }): Promise<void> {
    this.#loop.stop();
    this.#space.stop();
    this.leases.stop();
    this.#hashes.stop();
    this.#neighbours.stop();
    await this.#writer.stop();
    await this.#snapshots.stop();
    await this.#current.stop(options);
  }

  #settle(effects: Effects): void {
    if (effects.messages.length > 0) sendMessages(this.#parts.network, effects.messages);
    if (effects.persist?.install !== undefined) this.#current.hold();
    if (effects.persist !== undefined) this.#writer.write(effects.persist);
    for (const transition of effects.transitions) this.#changed(transition);
    for (const outcome of effects.outcomes) this.#outcome(outcome);
    for (const fetch of effects.fetches) this.#reads.fetch(fetch);
    this.#snapshots.settle(effects);
    this.#current.applyTo(effects.applyTo);
  }

  #changed(transition: Transition): void {
    if (transition.kind === "membership") this.#membershipIs(transition.membership);
    if (transition.kind === "role") {
      this.#leaderIs(transition.leader);
      if (transition.role !== "leader") this.#snapshots.leadsNot();
    }
    this.#parts.changed(transition);
  }

  #leaderIs(leader: MemberId | undefined): void {
    const before = this.#leader;
    this.#leader = leader;
    if (leader === before) return;
    this.#space.leaderChanged();
    this.leases.leaderChanged();
    if (leader === undefined) return;
    this.proposer.sendAgain();
    this.session.leaderKnown();
    this.barriers.leaderKnown();
  }

  #outcome(outcome: Outcome): void {
    switch (outcome.kind) {
      case "accepted":
        return this.proposer.accepted(outcome.token);
      case "refused":
        return this.proposer.refused(outcome.token, outcome.reason);
      case "read-ready":
        return this.barriers.ready(outcome.token, outcome.index);
      case "read-failed":
        return this.barriers.failed(outcome.token);
      default:
        return this.administration.settled(outcome);
    }
  }

  #appliedTo(index: LogIndex): void {
    this.#current.advanced();
    this.barriers.appliedTo(index);
    this.#neighbours.appliedTo(index);
    if (this.#own.hasLeft(index)) this.#parts.removed();
  }

  /** The log names the staged state from now on. */
  #installed(meta: SnapshotMeta): void {
    this.#current.replace(this.#snapshots.directoryOf(meta), meta.last);
    this.#snapshots.installed(meta);
  }

  /** What was proposed here may be applied inside the snapshot: sent again, its session answers for it. */
  #replaced(): void {
    this.#parts.published({ ...this.state.machine.point, events: undefined });
    this.#appliedTo(this.applied);
    this.proposer.sendAgain();
  }

  #membershipIs(membership: Membership): void {
    const dated = { index: this.status().membershipIndex, membership };
    this.#own.changed(dated);
    this.#neighbours.changed(dated);
  }
}

function neighboursOf({ id, clock, options, network }: MemberParts): Neighbours {
  return new Neighbours({
    self: id,
    clock,
    lingerMs: options.raft.electionTimeoutMs,
    connectTo: (peers) => network.setPeers(peers),
  });
}
