import { assert, type LogIndex, type MemberId, type Millis } from "@holdfast/base";
import type { RaftOptions } from "../raft-options.ts";
import type { EntryId } from "../types/entry.ts";
import type { Epoch, Round } from "../types/message.ts";
import { InflightWindow } from "./inflight-window.ts";

/**
 * What a leader knows of one peer.
 *
 * probe: where the logs agree is not known; one append at a time.
 * replicate: it is known; appends are sent without waiting, within the window.
 *
 * Invariants: match < next; match never falls; in replicate next − 1 was sent.
 */
export class PeerProgress {
  readonly id: MemberId;
  readonly epoch: Epoch;
  readonly window: InflightWindow;
  state: "probe" | "replicate" = "probe";
  match: LogIndex = 0;
  next: LogIndex;
  /** The latest round this peer has answered. */
  ackedRound: Round;
  /** The highest commit index sent to it. */
  sentCommit: LogIndex = 0;
  /** An append is out in probe; the next goes when it is answered or a heartbeat is. */
  probing = false;
  /** Something sent may be lost: an append goes even if there is nothing new. */
  nudged = false;
  /** A read of old entries from disk is on its way. */
  fetchId: number | undefined;

  constructor(id: MemberId, epoch: Epoch, next: LogIndex, round: Round, options: RaftOptions) {
    this.id = id;
    this.epoch = epoch;
    this.next = next;
    this.ackedRound = round;
    this.window = new InflightWindow(options.inflightMessagesMax, options.inflightBytesMax);
  }

  /** Whether another append with entries may go. */
  get open(): boolean {
    if (this.fetchId !== undefined) return false;
    return this.state === "probe" ? !this.probing : !this.window.full;
  }

  sent(last: LogIndex, bytes: number, at: Millis): void {
    if (this.state === "probe") {
      this.probing = true;
      return;
    }
    this.next = last + 1;
    this.window.add(last, bytes, at);
  }

  /** Whether this told anything new. */
  accepted(match: LogIndex): boolean {
    const news = match > this.match || this.state === "probe";
    this.match = Math.max(this.match, match);
    this.next = Math.max(this.next, this.match + 1);
    this.window.acknowledge(this.match);
    if (this.state === "probe") this.#become("replicate", this.match + 1);
    return news;
  }

  /** `agree` is the leader's guess where the logs meet; a stale rejection changes nothing. */
  rejected(rejected: LogIndex, agree: EntryId): boolean {
    if (rejected <= this.match) return false;
    if (this.state === "probe" && rejected !== this.next - 1) return false;
    if (this.state === "replicate" && rejected >= this.next) return false;
    this.#become("probe", Math.max(this.match + 1, Math.min(rejected, agree.index + 1)));
    return true;
  }

  /**
   * What was on its way is taken for lost. In probe nothing is known to match, so the
   * guess where the logs meet stays: match + 1 may long be compacted.
   */
  disconnected(): void {
    this.#become("probe", this.state === "probe" ? this.next : this.match + 1);
  }

  /** What the peer needs could not be read: its next answer to a heartbeat tries again. */
  fetchFailed(): void {
    this.disconnected();
    this.probing = true;
  }

  /** An answer came by another way: if an append was lost, the next one finds it out. */
  heartbeatAnswered(now: Millis, lastIndex: LogIndex, patienceMs: Millis): void {
    if (this.match >= lastIndex) return;
    if (this.state === "probe") this.probing = false;
    const oldest = this.window.oldestAt;
    if (oldest !== undefined && now - oldest > patienceMs) this.nudged = true;
  }

  #become(state: "probe" | "replicate", next: LogIndex): void {
    this.state = state;
    this.next = next;
    this.probing = false;
    this.nudged = false;
    this.fetchId = undefined;
    this.window.reset();
    assert(this.next > this.match, "next lies above match");
  }
}
