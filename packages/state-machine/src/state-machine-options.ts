import type { GroupId, Revision, RowWriter } from "@holdfast/base";
import type { AppliedEvent } from "./apply/unpublished-changes.ts";

/** What readers see from this turn on: newer revisions, or a compaction. */
export interface PublishedRevisions {
  /** The newest of them. */
  readonly revision: Revision;
  /** The smallest that can be read from this turn on; -1 as long as nothing was compacted. */
  readonly compactRevision: Revision;
  /** All their changes, in order; `undefined` where they are too many to tell: they are in the rows. */
  readonly events: readonly AppliedEvent[] | undefined;
}

export interface StateMachineOptions {
  readonly group: GroupId;
  /** Where rows go; its writes are seen by the machine's own steps at once. */
  readonly writer: RowWriter;
  /**
   * What the answer to one operation may weigh, bytes. It decides what is told, never what
   * is written, so it may differ between replicas; only not below what sessions keep.
   *
   * @default REPLY_BYTES_MAX
   */
  readonly answerBytesMax?: number;
  /**
   * What the answers to one entry may weigh together, bytes. It decides what is told, as the bound of one does.
   *
   * @default ENTRY_ANSWERS_BYTES_MAX
   */
  readonly entryAnswersBytesMax?: number;
  /**
   * Values up to this many bytes also stand with their key in its `current` row. It decides where a
   * value is read, never what is read or hashed, so it may differ between replicas and from start to start.
   *
   * @default INLINE_VALUE_BYTES
   */
  readonly inlineBytesMax?: number;
  /**
   * Keys that one revision may delete; what would delete more does nothing. It decides results, so
   * unlike the others it must be the same on every replica, always: only tests give it.
   *
   * @default REVISION_DELETIONS_MAX
   */
  readonly revisionDeletionsMax?: number;
  /** Keys that operations of one entry delete before a part of it may become durable; only tests give it. */
  readonly partDeletions?: number;
  /** Told of revisions in the turn in which they are published, in order. It must not throw. */
  readonly published?: (revisions: PublishedRevisions) => void;
}
