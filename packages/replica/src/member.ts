import {
  type ClusterId,
  FIRST_GROUP,
  type HoldfastError,
  type Logger,
  type LogIndex,
  type MemberId,
  messageOf,
  type Revision,
} from "@holdfast/base";
import type {
  Effects,
  Entry,
  Fetch,
  Membership,
  Outcome,
  RaftStatus,
  Transition,
} from "@holdfast/raft";
import { decodeBatchHeader } from "@holdfast/state-machine";
import { LogDamagedError, type WriteAheadLog } from "@holdfast/storage";
import { Applier } from "./applier.ts";
import { CoreLoop } from "./core-loop.ts";
import { LogWriter } from "./log-writer.ts";
import { memberIdOf } from "./member-id.ts";
import { type MemberState, type MemberStateParts, openMemberState } from "./member-state.ts";
import { Administration } from "./membership/administration.ts";
import { OwnMembership } from "./membership/own-membership.ts";
import { isReserved } from "./membership/reserved-store.ts";
import type { PeerPresence } from "./peer-presence.ts";
import type { PeerMessage, PeerNetwork } from "./ports/peer-network.ts";
import { NodeSession } from "./proposals/node-session.ts";
import { Proposer } from "./proposals/proposer.ts";
import { ReadBarriers } from "./read-barriers.ts";
import type { ReplicaOptions } from "./replica-options.ts";

export interface MemberParts extends Omit<MemberStateParts, "raftOptions"> {
  readonly options: ReplicaOptions;
  readonly log: WriteAheadLog;
  readonly network: PeerNetwork;
  readonly presence: PeerPresence;
  readonly clusterId: ClusterId;
  readonly observe: DiskObserver;
  /** A new role, term or leader. */
  changed(transition: Transition): void;
  /** A configuration without this member is committed and applied here. */
  removed(): void;
  fail(failure: unknown): void;
}

/** Told how long durable writes take, s. */
export interface DiskObserver {
  logWritten(seconds: number): void;
  stateWritten(seconds: number): void;
}

const SWEEP_MS = 100;

/**
 * A born replica at work: the core, its log, the state it applies to, and those
 * who wait for either. Everything below hands over to the next by a call; nothing
 * below knows who is above.
 */
export class Member {
  readonly id: MemberId;
  readonly state: MemberState;
  readonly session: NodeSession;
  readonly proposer: Proposer;
  readonly barriers: ReadBarriers;
  readonly administration: Administration;
  readonly #parts: MemberParts;
  readonly #loop: CoreLoop;
  readonly #writer: LogWriter;
  readonly #applier: Applier;
  readonly #logger: Logger;
  #leader: MemberId | undefined;
  readonly #own: OwnMembership;

  static async open(parts: MemberParts): Promise<Member> {
    const raftOptions = parts.options.raft;
    return new Member(parts, await openMemberState({ ...parts, raftOptions }));
  }

  private constructor(parts: MemberParts, state: MemberState) {
    const { id, clock, turn, random, options, log, network, membershipCodec } = parts;
    this.id = id;
    this.state = state;
    this.#parts = parts;
    this.#logger = parts.logger;
    const { raft, machine, store } = state;
    const fail = (failure: unknown): void => parts.fail(failure);
    this.#loop = new CoreLoop({
      raft,
      clock,
      turn,
      settle: (effects) => this.#settle(effects),
      fail,
    });
    this.#writer = new LogWriter({
      log,
      group: FIRST_GROUP,
      membershipCodec,
      clock,
      observe: (seconds) => parts.observe.logWritten(seconds),
      persisted: (seq) => this.#loop.enqueue({ kind: "persisted", seq }),
      fail,
    });
    this.#applier = new Applier({
      machine,
      store,
      clock,
      turn,
      sliceMs: options.sliceMs,
      read: (from, to) => this.#entries(from, to),
      applied: (batch) => this.proposer.applied(batch),
      advanced: (index) => this.#appliedTo(index),
      fail,
    });
    this.proposer = new Proposer({
      self: id,
      clock,
      pendingOperationsMax: options.pendingOperationsMax,
      pendingBytesMax: options.pendingBytesMax,
      retryMs: options.raft.electionTimeoutMs,
      sweepMs: SWEEP_MS,
      leader: () => this.#leader,
      term: () => raft.status().term,
      isBehind: () => store.full,
      propose: (token, payload) =>
        this.#loop.enqueue({ kind: "propose", proposals: [{ token, payload }] }),
      send: (to, message) => network.send(to, [message]),
    });
    this.session = new NodeSession({
      clock,
      turn,
      random,
      proposer: this.proposer,
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
      applied: () => this.#applier.applied,
    });
    this.administration = this.#administration(parts);
    this.#own = ownMembership(parts);
  }

  #administration({
    id,
    clock,
    random,
    logger,
    network,
    presence,
    ...parts
  }: MemberParts): Administration {
    const { electionTimeoutMs } = parts.options.raft;
    return new Administration({
      self: id,
      clock,
      random,
      logger,
      leader: () => this.#leader,
      status: () => this.state.raft.status(),
      enqueue: (input) => this.#loop.enqueue(input),
      isConnected: (peer) => presence.isConnected(peer),
      isLost: (peer) => presence.isLost(peer, electionTimeoutMs),
      idOf: (name, storeId) => memberIdOf(parts.clusterId, name, storeId),
      send: (to, message) => network.send(to, [message]),
    });
  }

  start(): void {
    const { store, raft } = this.state;
    store.onDurable((index) => {
      this.#parts.observe.stateWritten(store.stats().lastFlushMs / 1000);
      this.#loop.enqueue({ kind: "state-durable", index });
    });
    store.onFailure((failure) => this.#parts.fail(failure));
    this.#connectTo(raft.status().membership);
    this.#loop.start();
    this.#appliedTo(this.#applier.applied);
  }

  get applied(): LogIndex {
    return this.#applier.applied;
  }

  get leader(): MemberId | undefined {
    return this.#leader;
  }

  get revision(): Revision {
    return this.state.machine.revision;
  }

  status(): RaftStatus {
    return this.state.raft.status();
  }

  received(messages: readonly PeerMessage[]): void {
    for (const message of messages) this.#receive(message);
  }

  peerConnected(peer: MemberId): void {
    this.#loop.enqueue({ kind: "peer-connected", peer });
    if (peer === this.#leader) this.proposer.sendAgain();
  }

  peerDisconnected(peer: MemberId): void {
    this.administration.disconnected(peer);
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
    this.administration.failAll();
  }

  /** Ends the work in the order in which it flows; what is applied becomes durable. */
  async stop(options: { readonly flush: boolean }): Promise<void> {
    this.#loop.stop();
    await this.#writer.stop();
    await this.#applier.stop();
    try {
      if (options.flush) await this.state.store.flush();
    } finally {
      await this.state.store.close();
      await this.state.engine.close();
    }
  }

  #settle(effects: Effects): void {
    if (effects.messages.length > 0) this.#sendAll(effects.messages);
    if (effects.persist !== undefined) this.#writer.write(effects.persist);
    for (const transition of effects.transitions) this.#changed(transition);
    for (const outcome of effects.outcomes) this.#outcome(outcome);
    for (const fetch of effects.fetches) this.#fetch(fetch);
    this.#applier.applyTo(effects.applyTo);
  }

  #sendAll(messages: Effects["messages"]): void {
    const byPeer = new Map<MemberId, PeerMessage[]>();
    for (const message of messages) {
      const mine = byPeer.get(message.to);
      if (mine === undefined) byPeer.set(message.to, [{ kind: "raft", message }]);
      else mine.push({ kind: "raft", message });
    }
    for (const [to, mine] of byPeer) this.#parts.network.send(to, mine);
  }

  #changed(transition: Transition): void {
    if (transition.kind === "membership") this.#membershipIs(transition.membership);
    else this.#leaderIs(transition.leader);
    this.#parts.changed(transition);
  }

  #leaderIs(leader: MemberId | undefined): void {
    const before = this.#leader;
    this.#leader = leader;
    if (leader === undefined || leader === before) return;
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

  #receive(message: PeerMessage): void {
    switch (message.kind) {
      case "raft":
        this.#loop.enqueue({ kind: "message", message: message.message });
        return;
      case "ask":
      case "answer":
        return this.administration.received(message);
      case "forward":
        return this.#forwarded(message.from, message.batch);
      case "forward-refused": {
        const { session, firstSequence, reason } = message;
        return this.proposer.forwardRefused(session, firstSequence, reason === "overloaded");
      }
    }
  }

  #forwarded(from: MemberId, bytes: Uint8Array): void {
    const header = decodeBatchHeader(bytes);
    if (header === undefined) {
      this.#logger.warn({ from }, "a forwarded batch is malformed: dropped");
      return;
    }
    this.proposer.forwarded(from, header, bytes);
  }

  #appliedTo(index: LogIndex): void {
    this.barriers.appliedTo(index);
    if (this.#own.hasLeft(index)) this.#parts.removed();
  }

  #membershipIs(membership: Membership): void {
    this.#own.changed({ index: this.state.raft.status().membershipIndex, membership });
    this.#connectTo(membership);
  }

  #connectTo({ profiles }: Membership): void {
    const peers = profiles.filter((profile) => profile.id !== this.id && !isReserved(profile));
    this.#parts.network.setPeers(peers);
  }

  #entries(from: LogIndex, to: LogIndex): readonly Entry[] | Promise<readonly Entry[]> {
    const bytesMax = this.#parts.options.readBytesMax;
    return (
      this.state.raft.entriesInMemory(from, to, bytesMax) ??
      this.#parts.log.read(FIRST_GROUP, from, to, bytesMax)
    );
  }

  #fetch({ fetchId, from, to, bytesMax }: Fetch): void {
    this.#parts.log.read(FIRST_GROUP, from, to, bytesMax).then(
      (entries) => this.#loop.enqueue({ kind: "entries-fetched", fetchId, entries }),
      (failure: unknown) => {
        if (failure instanceof LogDamagedError) {
          this.#parts.fail(failure);
          return;
        }
        this.#logger.warn({ from, to, failure: messageOf(failure) }, "entries for a peer not read");
        this.#loop.enqueue({ kind: "entries-fetched", fetchId, entries: undefined });
      },
    );
  }
}

function ownMembership({ id, recovered, membershipCodec }: MemberParts): OwnMembership {
  const { compacted, membership } = recovered.head;
  const base = { index: compacted.index, membership: membershipCodec.decode(membership) };
  const later = recovered.memberships.map(({ index, payload }) => ({
    index,
    membership: membershipCodec.decode(payload),
  }));
  return new OwnMembership(id, base, later);
}
