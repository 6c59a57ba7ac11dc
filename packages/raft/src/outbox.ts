import { addHeld } from "./persist/held-messages.ts";
import type { Fetch, Outcome, SnapshotFetch, SnapshotWanted, Transition } from "./types/effects.ts";
import type { EntryId } from "./types/entry.ts";
import type { Membership } from "./types/membership.ts";
import type { Message } from "./types/message.ts";
import type { SnapshotMeta } from "./types/snapshot-meta.ts";

/** What has come up since the effects were last taken. */
export class Outbox {
  /** May go at once. */
  messages: Message[] = [];
  /** Go when everything written so far is durable. */
  held: Message[] = [];
  outcomes: Outcome[] = [];
  transitions: Transition[] = [];
  fetches: Fetch[] = [];
  snapshotsWanted: SnapshotWanted[] = [];
  snapshotFetch: SnapshotFetch | undefined;
  snapshotDropped: SnapshotMeta | undefined;
  /** The state that takes the place of state and log with the next write. */
  install: SnapshotMeta | undefined;
  compact: { readonly upTo: EntryId; readonly membership: Membership } | undefined;
  /** Term or vote changed. */
  hardStateDirty = false;
  /** The term of a campaign that votes for itself with the next write. */
  selfVote: number | undefined;

  /** Everything was handed out: those who took it keep the lists. */
  clear(): void {
    this.messages = [];
    this.held = [];
    this.outcomes = [];
    this.transitions = [];
    this.fetches = [];
    this.snapshotsWanted = [];
    this.snapshotFetch = undefined;
    this.snapshotDropped = undefined;
    this.install = undefined;
    this.compact = undefined;
    this.hardStateDirty = false;
    this.selfVote = undefined;
  }

  hold(message: Message): void {
    addHeld(this.held, message);
  }
}
