import { assert, type LogIndex, type MemberId, type Millis } from "@holdfast/base";
import type { RaftOptions } from "../raft-options.ts";
import type { EntryId } from "../types/entry.ts";
import type { Epoch, Round } from "../types/message.ts";
import type { SnapshotMeta } from "../types/snapshot-meta.ts";
import { CatchUp } from "./catch-up.ts";
import { InflightWindow } from "./inflight-window.ts";

/** Where a leader's session with a peer begins. */
export interface PeerStart {
  readonly id: MemberId;
  readonly epoch: Epoch;
  /** The guess where the logs part. */
  readonly next: LogIndex;
  /** The round that counts as answered: whoever is new counts as just contacted (checklist F02). */
  readonly round: Round;
  readonly now: Millis;
}

/** How a peer leaves: it is sent the log until it knows, or for some time. */
export interface Leaving {
  /** The configuration that it is no member of. */
  readonly index: LogIndex;
  /** Set when that is committed: the patience with it. */
  until: Millis | undefined;
}

/**
 * What a leader knows of one peer.
 *
 * probe: where the logs agree is not known; one append at a time.
 * replicate: it is known; appends are sent without waiting, within the window.
 * snapshot: it needs what the log no longer holds; it is offered a state, and no appends.
 *
 * Invariants: match < next; match never falls; in replicate next − 1 was sent.
 */
export class PeerProgress {
  readonly id: MemberId;
  readonly epoch: Epoch;
  readonly window: InflightWindow;
  readonly catchUp: CatchUp;
  state: "probe" | "replicate" | "snapshot" = "probe";
  match: LogIndex = 0;
  next: LogIndex;
  /** The latest round this peer has answered. */
  ackedRound: Round;
  /** When it last answered anything; at the beginning it gets the benefit of the doubt. */
  heardAt: Millis;
  /** It has answered since the connection was last lost. */
  answering = false;
  /** The highest commit index sent to it. */
  sentCommit: LogIndex = 0;
  /** An append is out in probe; the next goes when it is answered or a heartbeat is. */
  probing = false;
  /** In probe: when entries were first sent from `next`. */
  probedAt: Millis | undefined;
  /** Something sent may be lost: an append goes even if there is nothing new. */
  nudged = false;
  /** A read of old entries from disk is on its way. */
  fetchId: number | undefined;
  /** In snapshot: the state on offer; `undefined` while the driver opens one. */
  offered: SnapshotMeta | undefined;
  leaving: Leaving | undefined;

  constructor({ id, epoch, next, round, now }: PeerStart, options: RaftOptions) {
    this.id = id;
    this.epoch = epoch;
    this.next = next;
    this.ackedRound = round;
    this.heardAt = now;
    this.window = new InflightWindow(options.inflightMessagesMax, options.inflightBytesMax);
    this.catchUp = new CatchUp(next - 1, now);
  }

  /** Whether another append with entries may go. */
  get open(): boolean {
    if (this.fetchId !== undefined || this.state === "snapshot") return false;
    return this.state === "probe" ? !this.probing : !this.window.full;
  }

  /**
   * Whether a probe is to carry entries. Who answers heartbeats only has them by now, but its
   * disk stalls: they would be sent in vain with each heartbeat until it does no more.
   */
  takesEntries(now: Millis, patienceMs: Millis): boolean {
    return this.probedAt === undefined || now - this.probedAt < patienceMs;
  }

  isLive(now: Millis, withinMs: Millis): boolean {
    return now - this.heardAt < withinMs;
  }

  heard(now: Millis): void {
    this.heardAt = now;
    this.answering = true;
  }

  sent(last: LogIndex, bytes: number, at: Millis): void {
    if (this.state === "probe") {
      this.probing = true;
      this.probedAt ??= at;
      return;
    }
    this.next = last + 1;
    this.window.add(last, bytes, at);
  }

  /** The log begins behind `compacted`. Whether this told anything new. */
  accepted(match: LogIndex, compacted: LogIndex): boolean {
    const news = match > this.match || this.state === "probe";
    if (match > this.match) this.match = match;
    if (this.next <= this.match) this.next = this.match + 1;
    this.window.acknowledge(this.match);
    // Whatever brought it so far, from here on the log serves it (etcd#10308, raft#110).
    const served = this.state === "snapshot" && this.match >= compacted;
    if (this.state === "probe" || served) this.#become("replicate", this.match + 1);
    // It has what was offered, and the log went on without it meanwhile: it needs another state.
    else if (this.#hasOffered) this.snapshotEnded();
    return news;
  }

  get #hasOffered(): boolean {
    return this.offered !== undefined && this.match >= this.offered.last.index;
  }

  /** `agree` is the leader's guess where the logs meet; a stale rejection changes nothing. */
  rejected(rejected: LogIndex, agree: EntryId): boolean {
    if (rejected <= this.match || this.state === "snapshot") return false;
    if (this.state === "probe" && rejected !== this.next - 1) return false;
    if (this.state === "replicate" && rejected >= this.next) return false;
    this.#become("probe", Math.max(this.match + 1, Math.min(rejected, agree.index + 1)));
    return true;
  }

  /**
   * What was on its way is taken for lost. In probe nothing is known to match, so the
   * guess where the logs meet stays: match + 1 may long be compacted. A state on offer
   * goes a way of its own, and its offer is repeated.
   */
  disconnected(): void {
    this.answering = false;
    if (this.state !== "snapshot") this.#startAgain();
  }

  /** What the peer needs could not be read: its next answer to a heartbeat tries again. */
  fetchFailed(): void {
    this.#startAgain();
    this.probing = true;
  }

  /** The log no longer holds what it needs. */
  wantSnapshot(): void {
    this.#become("snapshot", this.next);
  }

  /** A state is ready to be fetched by it. */
  offer(meta: SnapshotMeta): void {
    assert(this.state === "snapshot", "only who needs a state is offered one");
    this.offered = meta;
  }

  /** The state was fetched, or is no longer to be had: what the peer holds now shows a probe. */
  snapshotEnded(): void {
    const { offered } = this;
    this.#become(
      "probe",
      Math.max(this.match + 1, offered === undefined ? this.next : offered.last.index + 1),
    );
    // Nothing was offered, or it did not answer: its next answer to a heartbeat tries again.
    if (offered === undefined || !this.answering) this.probing = true;
  }

  /** An answer came by another way: if an append was lost, the next one finds it out. */
  heartbeatAnswered(now: Millis, lastIndex: LogIndex, patienceMs: Millis): void {
    // Also who has all of it: nothing else would end a probe that was not sent (etcd's rule too).
    if (this.state === "probe") this.probing = false;
    if (this.match >= lastIndex) return;
    const oldest = this.window.oldestAt;
    if (oldest !== undefined && now - oldest > patienceMs) this.nudged = true;
  }

  #startAgain(): void {
    this.#become("probe", this.state === "probe" ? this.next : this.match + 1);
  }

  #become(state: PeerProgress["state"], next: LogIndex): void {
    this.state = state;
    this.next = next;
    this.probing = false;
    this.probedAt = undefined;
    this.nudged = false;
    this.fetchId = undefined;
    this.offered = undefined;
    this.window.reset();
    assert(this.next > this.match, "next lies above match");
  }
}
