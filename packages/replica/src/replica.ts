import {
  type BootId,
  type Clock,
  FIRST_GROUP,
  type Logger,
  type LogIndex,
  type MemberId,
  type Millis,
  messageOf,
  type Random,
  type Revision,
  type Steps,
  type StoreId,
  type Turn,
} from "@holdfast/base";
import type { MembershipCodec, Transition } from "@holdfast/raft";
import type { Operation, OperationResult, PublishedRevisions } from "@holdfast/state-machine";
import type { Engine, StateDirectories, WalRecovered, WriteAheadLog } from "@holdfast/storage";
import type { DiskObserver } from "./disk-observer.ts";
import { type Birth, type ConfiguredNode, Formation } from "./formation.ts";
import { handOver } from "./hand-over.ts";
import { type ReplicaLeases, replicaLeases } from "./leases/replica-leases.ts";
import { MalformedMessages } from "./malformed-messages.ts";
import { Member } from "./member.ts";
import type { MembershipRequest } from "./membership/membership-request.ts";
import { ownMember } from "./membership/own-member.ts";
import { RemovalWatch } from "./membership/removal-watch.ts";
import { madeSureFor } from "./membership/stranger.ts";
import { PeerPresence } from "./peer-presence.ts";
import type { PeerEvents, PeerIdentity, PeerNetwork } from "./ports/peer-network.ts";
import type { RoomGauge } from "./ports/room-gauge.ts";
import { submitBatch } from "./proposals/submit.ts";
import type {
  ReadPoint,
  ReplicaApi,
  ReplicaCall,
  ReplicaStatus,
  SessionBatch,
} from "./replica-api.ts";
import { NoLeaderError, ReplicaStoppedError } from "./replica-errors.ts";
import { replicaIdentity } from "./replica-identity.ts";
import type { ReplicaOptions } from "./replica-options.ts";
import { replicaStatus } from "./replica-status.ts";
import type { FrozenState } from "./snapshot/frozen-states.ts";
import type { SnapshotObserver } from "./snapshot/snapshot-observer.ts";
import { StateSize } from "./state-size.ts";
import { Upkeep } from "./upkeep/upkeep.ts";

export interface ReplicaParts {
  readonly self: ConfiguredNode & { readonly storeId: StoreId };
  readonly bootId: BootId;
  /** All nodes of the configuration file. */
  readonly nodes: readonly ConfiguredNode[];
  readonly bootstrap: boolean;
  readonly options: ReplicaOptions;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: Random;
  readonly logger: Logger;
  readonly log: WriteAheadLog;
  /** What the log held; `undefined`: this store is unborn. */
  readonly recovered: WalRecovered | undefined;
  readonly membershipCodec: MembershipCodec;
  readonly observe: DiskObserver & SnapshotObserver;
  readonly directories: StateDirectories;
  /** The room on this node's disk. */
  readonly room: RoomGauge;
  openEngine(directory: string): Promise<Engine>;
  /** Opens an engine for a state that is being received, beside the one in use. */
  openStagingEngine(directory: string): Promise<Engine>;
}

/**
 * One replica of one group, from unborn to stopped.
 *
 * unborn → (formed or admitted) → member → stopped. A failure of its log, its
 * state or an invariant stops it at once and for good (decision 14).
 */
export class Replica implements ReplicaApi {
  readonly #parts: ReplicaParts;
  readonly #presence: PeerPresence;
  readonly #malformed: MalformedMessages;
  readonly #listeners: ((status: ReplicaStatus) => void)[] = [];
  readonly #failureListeners: ((failure: unknown) => void)[] = [];
  readonly #followers: ((revisions: PublishedRevisions) => void)[] = [];
  #network: PeerNetwork | undefined;
  #formation: Formation | undefined;
  #member: Member | undefined;
  #upkeep: Upkeep | undefined;
  #removalWatch: RemovalWatch | undefined;
  #waitingFor: string | undefined = "starting";
  /** Why this replica takes no further part. */
  #stopped: string | undefined;
  #opening: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #stateSize: StateSize | undefined;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.#malformed = new MalformedMessages(parts.clock, parts.logger);
    this.#presence = new PeerPresence(parts.clock);
    parts.room.onChange(() => this.#announce());
  }

  /** What the network tells this replica. */
  readonly events: PeerEvents = {
    received: (messages) => this.#member?.received(messages),
    connected: (peer) => {
      this.#presence.connected(peer);
      this.#member?.peerConnected(peer);
    },
    disconnected: (peer) => {
      this.#presence.disconnected(peer);
      this.#member?.peerDisconnected(peer);
    },
    gone: (peer) => this.#member?.peerGone(peer),
    asked: (caller) => {
      if (caller.clusterId === undefined) this.#member?.administration.knocked(caller);
      // It waits for an election timeout.
      const deadline = this.#parts.clock.now() + this.#parts.options.raft.electionTimeoutMs / 2;
      return madeSureFor(caller, this.identity(), () => this.barrier({ deadline }));
    },
    snapshotAsked: (request) =>
      this.#serving()?.snapshotAsked(request) ??
      Promise.resolve({ kind: "gone", reason: "it is not at work" }),
  };

  /** Who this node is at this moment. */
  identity(): PeerIdentity {
    return replicaIdentity(this.#parts, this.#member);
  }

  /** Called with each new role, term or leader. */
  onChange(listener: (status: ReplicaStatus) => void): void {
    this.#listeners.push(listener);
  }

  onRevisions(follower: (revisions: PublishedRevisions) => void): void {
    this.#followers.push(follower);
  }

  /** Called once if the replica stops by itself. */
  onFailure(listener: (failure: unknown) => void): void {
    this.#failureListeners.push(listener);
  }

  /** Takes up work as a member, or begins to wait for being born; `network` already listens. */
  async start(network: PeerNetwork): Promise<void> {
    this.#network = network;
    const { recovered } = this.#parts;
    if (recovered?.head.clusterId !== undefined) {
      this.#opening = this.#open(recovered);
      await this.#opening;
    } else this.#beBorn(network).catch((failure: unknown) => this.#fail(failure));
  }

  /** Lets another member lead, if this one does; resolves within `withinMs`. */
  async handOver(withinMs: Millis): Promise<void> {
    const member = this.#serving();
    if (member !== undefined) await handOver(member, this.#parts, withinMs);
  }

  /** Resolves when nothing of it runs any more; every call waits for the same end. */
  stop(): Promise<void> {
    this.#end("the node is stopping", { flush: true });
    return this.#closing ?? Promise.resolve();
  }

  propose(operation: Operation, call: ReplicaCall): Promise<OperationResult> {
    return this.#serving()?.session.propose(operation, call) ?? this.#notServing();
  }

  submit(batch: SessionBatch, call: ReplicaCall): Promise<readonly OperationResult[]> {
    const member = this.#serving();
    if (member === undefined) return this.#notServing();
    return submitBatch(member.proposer, this.#parts.clock, batch, call);
  }

  async read<Result>(
    compute: (point: ReadPoint) => Steps<Result>,
    call: ReplicaCall & { readonly linearizable: boolean },
  ): Promise<Result> {
    const member = this.#serving();
    if (member === undefined) return this.#notServing();
    if (call.linearizable) await member.barriers.wait(call);
    return member.read(compute);
  }

  barrier(call: ReplicaCall): Promise<void> {
    return this.#serving()?.barriers.wait(call) ?? this.#notServing();
  }

  changeMembership(request: MembershipRequest, call: ReplicaCall): Promise<MemberId> {
    const question = { kind: "change-membership", request } as const;
    return this.#serving()?.administration.ask(question, call) ?? this.#notServing();
  }

  transferLeadership(to: MemberId | undefined, call: ReplicaCall): Promise<MemberId> {
    const question = { kind: "transfer-leadership", to } as const;
    return this.#serving()?.administration.ask(question, call) ?? this.#notServing();
  }

  readonly leases: ReplicaLeases = replicaLeases(
    () => this.#serving(),
    () => this.#notServing(),
  );

  collected(revision: Revision, { deadline }: ReplicaCall): Promise<void> {
    return this.#serving()?.upkeep.collected(revision, deadline) ?? this.#notServing();
  }

  freeze({ deadline }: ReplicaCall): Promise<FrozenState> {
    return this.#serving()?.upkeep.freeze(deadline) ?? this.#notServing();
  }

  rollingHashAt(index: LogIndex): number | undefined {
    return this.#member?.state.machine.rollingHashAt(index);
  }

  status(): ReplicaStatus {
    const member = this.#member;
    const raft = member?.status();
    const isMember = raft !== undefined && raft.membership.profiles.length > 0;
    return replicaStatus(this.#parts, member, {
      isStopped: this.#stopped !== undefined,
      stateBytes: this.#stateSize?.bytes ?? 0,
      waitingFor: this.#whyNotServing(isMember ? raft.leader : undefined),
    });
  }

  /** Operations on their way into the log. */
  get pendingOperations(): number {
    return this.#member?.proposer.pendingOperations ?? 0;
  }

  #whyNotServing(leader: MemberId | undefined): string | undefined {
    if (this.#stopped !== undefined) return this.#stopped;
    if (this.#member === undefined) return this.#waitingFor;
    if (leader !== undefined) return undefined;
    return this.#presence.explain(this.#member.id, this.#member.status().membership);
  }

  async #beBorn(network: PeerNetwork): Promise<void> {
    const { self, nodes, clock, random, logger, bootstrap } = this.#parts;
    const waiting = (reason: string): void => {
      this.#waitingFor = reason;
      this.#announce();
    };
    this.#formation = new Formation({
      self,
      nodes,
      network,
      clock,
      random,
      logger,
      bootstrap,
      waiting,
    });
    const birth = await this.#formation.run();
    if (birth === undefined || this.#stopped !== undefined) return;
    this.#opening = this.#beginLife(birth);
    await this.#opening;
  }

  async #beginLife({ clusterId, membership }: Birth): Promise<void> {
    const { log, membershipCodec } = this.#parts;
    const encoded = membershipCodec.encode(membership);
    await log.append([{ group: FIRST_GROUP, birth: { clusterId, membership: encoded } }]);
    if (this.#stopped !== undefined) return;
    const head = log.head(FIRST_GROUP);
    await this.#open({ head, lastIndex: 0, termRuns: [], memberships: [], torn: undefined });
  }

  async #open(recovered: WalRecovered): Promise<void> {
    const { self, clock, logger, log, options, membershipCodec, directories } = this.#parts;
    const { clusterId } = recovered.head;
    const network = this.#network;
    if (clusterId === undefined || network === undefined) return;
    const known = [
      recovered.head.membership,
      ...recovered.memberships.map((entry) => entry.payload),
    ];
    const id = ownMember(
      self.storeId,
      known.map((bytes) => membershipCodec.decode(bytes)),
    );
    if (id === undefined) return this.#removed();
    const removed = await directories.keepOnly(recovered.head.stateDirectory);
    if (removed.length > 0) logger.info({ removed }, "removed states that the log does not name");
    const member = await Member.open({
      ...this.#parts,
      id,
      recovered,
      log,
      network,
      presence: this.#presence,
      clusterId,
      openEngine: (directory) => this.#openEngine(directory),
      changed: (transition) => this.#changed(transition),
      published: (revisions) => this.#published(revisions),
      removed: () => this.#removed(),
      fail: (failure) => this.#fail(failure),
    });
    if (this.#stopped !== undefined) return member.stop({ flush: false });
    this.#member = member;
    this.#published({ ...member.state.machine.point, events: undefined });
    this.#waitingFor = undefined;
    const size = () => this.#stateSize;
    this.#upkeep = new Upkeep({ member, clock, options, logger, size });
    this.#removalWatch = new RemovalWatch({
      member,
      clusterId,
      clock,
      network,
      everyMs: options.raft.electionTimeoutMs,
      removed: () => this.#removed(),
    });
    member.start();
    this.#upkeep.start();
    this.#removalWatch.start();
    this.#announce();
  }

  async #openEngine(directory: string): Promise<Engine> {
    const { clock, options } = this.#parts;
    const engine = await this.#parts.openEngine(directory);
    this.#stateSize?.stop();
    if (this.#stopped !== undefined) return engine;
    this.#stateSize = new StateSize(engine, clock, options.quotaBytes);
    await this.#stateSize.start();
    return engine;
  }

  #published(revisions: PublishedRevisions): void {
    for (const follower of this.#followers) follower(revisions);
  }

  #changed(transition: Transition): void {
    if (transition.kind === "malformed") return this.#malformed.note(transition);
    if (transition.kind === "role") {
      const { role, term, leader, reason } = transition;
      this.#parts.logger.info({ role, term, leader, reason }, "role changed");
    }
    this.#announce();
  }

  #announce(): void {
    const status = this.status();
    for (const listener of this.#listeners) listener(status);
  }

  /** A broken invariant, a failed log or a failed state: this replica takes no further part. */
  #fail(failure: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#parts.logger.error({ failure: messageOf(failure) }, "replica stopped");
    this.#end(`stopped by a failure: ${messageOf(failure)}`, { flush: false });
    for (const listener of this.#failureListeners) listener(failure);
    this.#announce();
  }

  /** The cluster goes on without this member; its store is of no further use. */
  #removed(): void {
    const reason = "this node was removed from its cluster: stop it, and remove its directory";
    this.#parts.logger.warn({ name: this.#parts.self.name }, reason);
    this.#end(reason, { flush: true });
    this.#announce();
  }

  #end(reason: string, options: { readonly flush: boolean }): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#formation?.stop();
    this.#upkeep?.stop();
    this.#stateSize?.stop();
    this.#removalWatch?.stop();
    this.#member?.failAll(new ReplicaStoppedError(reason, "unknown"));
    this.#closing = this.#close(options);
    // Whoever waits for the end hears of a failure; if nobody does, it was logged where it began.
    this.#closing.catch(() => undefined);
  }

  /** A member that is being opened is closed by its opening. */
  async #close(options: { readonly flush: boolean }): Promise<void> {
    await this.#opening.catch(() => undefined);
    await this.#member?.stop(options);
  }

  #serving(): Member | undefined {
    return this.#stopped === undefined ? this.#member : undefined;
  }

  #notServing(): Promise<never> {
    if (this.#stopped !== undefined) {
      return Promise.reject(new ReplicaStoppedError(this.#stopped, "not-applied"));
    }
    const reason = this.#whyNotServing(undefined) ?? "it is starting";
    return Promise.reject(new NoLeaderError(`this node does not serve yet: ${reason}`));
  }
}
